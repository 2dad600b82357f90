namespace Quickwater.Core;

/// <summary>
/// Commands that wait for a port's next turn: those to the port, and those to its peers. Control commands of a peer are noted once each, so they are bounded by the
/// peers; answers are bounded. What is too much ends the peer that it was for, never the port. Posting is thread-safe; taking is the turn's alone.
/// </summary>
internal sealed class DatagramMailbox(int answersMax)
{
    private readonly Lock _lock = new();
    private readonly Mailbox _port = new(answersMax);
    private readonly Queue<(DatagramPeer Peer, Command Command)> _answers = new();
    private readonly Queue<(DatagramPeer Peer, CommandKind Kind)> _control = new();
    private int _waiting;

    /// <summary>A command to the port and all its peers.</summary>
    internal bool Post(in Command command) => _port.Post(command);

    /// <summary>Asks for the port's end without any farewell.</summary>
    internal void PostAbort(Reason why) => _port.PostAbort(why);

    /// <summary>A command to a peer. False for an answer that finds no room: then the peer is kicked.</summary>
    internal bool Post(DatagramPeer peer, in Command command)
    {
        lock (_lock)
        {
            if (command.Kind == CommandKind.Answer)
            {
                if (_answers.Count < answersMax)
                {
                    _answers.Enqueue((peer, command));
                    Volatile.Write(ref _waiting, _waiting + 1);
                    return true;
                }

                Note(peer, Command.Kick(Reason.MailboxFull));
                return false;
            }

            Note(peer, command);
            return true;
        }
    }

    /// <summary>The next command: one to the port before those to peers, and control commands before answers.</summary>
    internal bool TryTake(out DatagramPeer? peer, out Command command, out bool abort)
    {
        peer = null;
        if (_port.TryTake(out command, out abort))
        {
            return true;
        }

        if (Volatile.Read(ref _waiting) == 0)
        {
            return false;
        }

        lock (_lock)
        {
            _waiting--;
            if (_control.TryDequeue(out var noted))
            {
                (peer, command) = (noted.Peer, noted.Kind == CommandKind.Kick ? noted.Peer.NotedKick : Command.Drain);
                return true;
            }

            (peer, command) = _answers.Dequeue();
            return true;
        }
    }

    private void Note(DatagramPeer peer, in Command command)
    {
        if (peer.TryNote(command))
        {
            _control.Enqueue((peer, command.Kind));
            Volatile.Write(ref _waiting, _waiting + 1);
        }
    }
}
