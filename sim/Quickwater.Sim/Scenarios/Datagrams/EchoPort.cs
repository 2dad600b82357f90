using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// The scenario's server: gives every whole datagram back, knows its clients by their number wherever they send from, passes on what belongs to another shard, and
/// ends clients that fell silent.
/// </summary>
internal sealed class EchoPort(World world, DatagramPort port, TimeSpan idleMax, int answersMax) : IDatagramSession, IHasOutput
{
    private readonly Dictionary<uint, (DatagramPeer Peer, Instant Heard)> _clients = [];
    private readonly Queue<(DatagramAddress To, byte[] Bytes)> _answers = new();

    public Instant Deadline { get; private set; } = Instant.Never;

    public Reason Ended { get; private set; }

    /// <summary>Whole datagrams that came to it, and what became of each.</summary>
    internal long Taken { get; private set; }

    internal long Echoed { get; private set; }

    internal long Passed { get; private set; }

    internal long Refused { get; private set; }

    internal long Dropped { get; private set; }

    internal long Thrown { get; private set; }

    public bool HasOutput => _answers.Count > 0;

    public void Receive(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (!EchoDatagram.TryRead(bytes, out var datagram))
        {
            world.Marks.Hit(bytes.IsEmpty ? "datagram-empty" : "datagram-not-whole");
            return;
        }

        Taken++;
        if (datagram.Shard != EchoDatagram.AnyShard && datagram.Shard != port.Options.Shard)
        {
            Passed++;
            world.Marks.Hit(port.Pass(datagram.Shard, from, bytes) ? "stray-passed" : "stray-lost");
            return;
        }

        if (!TryKnow(datagram.Client, from, now, out var peer))
        {
            Refused++;
            return;
        }

        peer.CountReceived(bytes.Length);
        if (datagram.Sequence == EchoDatagram.Throw)
        {
            Thrown++;
            throw new InvalidOperationException("planted by a client");
        }

        if (_answers.Count >= answersMax)
        {
            Dropped++;
            world.Marks.Hit("answer-dropped");
            return;
        }

        var answer = new byte[bytes.Length];
        (datagram with { Shard = (byte)port.Options.Shard }).Write(answer);
        _answers.Enqueue((peer.Address, answer));
        peer.CountSent(answer.Length);
    }

    public bool Transmit(DatagramBatch batch, Instant now)
    {
        while (_answers.TryPeek(out var answer) && batch.TryWrite(answer.To, answer.Bytes))
        {
            _answers.Dequeue();
            Echoed++;
        }

        return _answers.Count > 0;
    }

    public void Failed(in DatagramAddress peer, Reason why, Instant now) => world.Note("failed", port.Protocol, (long)why);

    public void Tick(Instant now)
    {
        Deadline = Instant.Never;
        foreach (var (number, (peer, heard)) in _clients)
        {
            if (heard + idleMax <= now)
            {
                _clients.Remove(number);
                world.Marks.Hit("peer-fell-silent");
                port.Close(peer, Reason.IdleTimeout);
            }
            else
            {
                Deadline = Instant.Earlier(Deadline, heard + idleMax);
            }
        }
    }

    public void Handle(DatagramPeer? peer, in Command command, Instant now)
    {
        if (peer is null)
        {
            Ended = Ended == Reason.None ? command.Reason : Ended; // what is still to be said is pulled
        }
        else if (command.Kind != CommandKind.Answer)
        {
            world.Marks.Hit("peer-kicked");
            Forget(peer, command.Reason);
        }
    }

    public void Faulted(in DatagramAddress peer, Instant now)
    {
        foreach (var (_, (one, _)) in _clients)
        {
            if (one.Address == peer)
            {
                world.Marks.Hit("peer-faulted");
                Forget(one, Reason.LocalFault);
                return;
            }
        }
    }

    public void Close(Reason why, Instant now)
    {
        Ended = Ended == Reason.None ? why : Ended;
        Dropped += _answers.Count;
        _answers.Clear();
        _clients.Clear();
    }

    private bool TryKnow(uint number, in DatagramAddress from, Instant now, out DatagramPeer peer)
    {
        if (_clients.TryGetValue(number, out var known))
        {
            peer = known.Peer;
            if (peer.Address != from)
            {
                world.Marks.Hit("peer-roamed");
                peer.Address = from;
            }
        }
        else if (port.TryOpen(from, now, out var opened, out var why))
        {
            peer = opened;
        }
        else
        {
            world.Marks.Hit($"refused-{why}");
            peer = known.Peer;
            return false;
        }

        _clients[number] = (peer, now);
        Deadline = Instant.Earlier(Deadline, now + idleMax);
        return true;
    }

    private void Forget(DatagramPeer peer, Reason why)
    {
        foreach (var (number, (one, _)) in _clients)
        {
            if (ReferenceEquals(one, peer))
            {
                _clients.Remove(number);
                break;
            }
        }

        port.Close(peer, why);
    }

    internal sealed class Factory(World world, TimeSpan idleMax, int answersMax) : IDatagramSessionFactory
    {
        public string Protocol => "echo-datagrams";

        public IDatagramSession Create(DatagramPort port, Instant now) => new EchoPort(world, port, idleMax, answersMax);
    }
}
