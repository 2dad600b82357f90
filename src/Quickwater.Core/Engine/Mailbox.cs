namespace Quickwater.Core;

/// <summary>
/// Commands waiting for a connection's next turn. Control commands are coalescing flags; answers are queued, bounded.
/// Posting is thread-safe; taking is the turn's alone.
/// </summary>
internal sealed class Mailbox(int answersMax)
{
    private const int DrainFlag = 1;
    private const int KickFlag = 2;
    private const int AbortFlag = 4;

    private readonly Lock _lock = new();
    private Queue<Command>? _answers;
    private int _flags;
    private int _kickReason;
    private int _waiting;

    internal long Warm() => _flags + _waiting;

    internal bool Post(in Command command)
    {
        switch (command.Kind)
        {
            case CommandKind.Drain:
                Interlocked.Or(ref _flags, DrainFlag);
                return true;
            case CommandKind.Kick:
                Interlocked.CompareExchange(ref _kickReason, (int)command.Reason, 0);
                Interlocked.Or(ref _flags, KickFlag);
                return true;
            default:
                lock (_lock)
                {
                    _answers ??= new Queue<Command>();
                    if (_answers.Count >= answersMax)
                    {
                        return false;
                    }

                    _answers.Enqueue(command);
                    Volatile.Write(ref _waiting, _answers.Count);
                    return true;
                }
        }
    }

    /// <summary>Asks for the end without any farewell.</summary>
    internal void PostAbort(Reason why)
    {
        Interlocked.CompareExchange(ref _kickReason, (int)why, 0);
        Interlocked.Or(ref _flags, AbortFlag);
    }

    /// <summary>The next command: a kick before a drain before answers. An abort is for the connection itself.</summary>
    internal bool TryTake(out Command command, out bool abort)
    {
        abort = false;
        command = default;
        var flags = Volatile.Read(ref _flags);
        if (flags != 0)
        {
            if ((flags & AbortFlag) != 0)
            {
                abort = true;
                command = Command.Kick((Reason)_kickReason);
                Interlocked.And(ref _flags, ~(AbortFlag | KickFlag));
                return true;
            }

            if ((flags & KickFlag) != 0)
            {
                command = Command.Kick((Reason)_kickReason);
                Interlocked.And(ref _flags, ~KickFlag);
                return true;
            }

            command = Command.Drain;
            Interlocked.And(ref _flags, ~DrainFlag);
            return true;
        }

        if (Volatile.Read(ref _waiting) == 0)
        {
            return false;
        }

        lock (_lock)
        {
            if (_answers is null || !_answers.TryDequeue(out command))
            {
                return false;
            }

            Volatile.Write(ref _waiting, _answers.Count);
            return true;
        }
    }
}
