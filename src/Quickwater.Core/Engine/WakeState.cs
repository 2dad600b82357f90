namespace Quickwater.Core;

/// <summary>
/// The wake state machine of a connection: it makes sure that a turn runs after every wake, and never two at once.
/// Thread-safe; one word, no lock.
/// </summary>
/// <remarks>
/// <code>
///            Signal               Enter                Signal
///   Idle ───────────► Queued ───────────► Running ◄──────────► Rerun
///    ▲  └──────────── TryEnter ──────────────┘  │      TryExit fails
///    └──────────────────── TryExit ─────────────┘
/// </code>
/// </remarks>
internal struct WakeState
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int Rerun = 3;

    private int _state;

    private WakeState(int state) => _state = state;

    /// <summary>A state in which wakes are noted but no turn runs, until <see cref="Requeue"/>.</summary>
    internal static WakeState Held => new(Running);

    /// <summary>Whether no turn is running or asked for. For tests and invariants.</summary>
    internal readonly bool IsIdle => _state == Idle;

    /// <summary>Asks for a turn. True when the caller must queue it.</summary>
    internal bool Signal()
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            if (seen is Queued or Rerun || (Mutants.LostWakeUp && seen == Running))
            {
                // Somebody's turn is still to come, and it will see what the caller wrote: the exchange is a full fence.
                if (Interlocked.CompareExchange(ref _state, seen, seen) == seen)
                {
                    return false;
                }
            }
            else if (Interlocked.CompareExchange(ref _state, seen == Idle ? Queued : Rerun, seen) == seen)
            {
                return seen == Idle;
            }
        }
    }

    /// <summary>Asks for a turn that the caller would run itself, at once. True when it must; otherwise another's turn will see to it.</summary>
    internal bool TryEnter()
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            var next = seen switch { Idle => Running, Running when !Mutants.LostCompletion => Rerun, _ => seen };
            if (Interlocked.CompareExchange(ref _state, next, seen) == seen)
            {
                return seen == Idle;
            }
        }
    }

    /// <summary>The queued turn starts.</summary>
    internal void Enter()
    {
        var seen = Interlocked.CompareExchange(ref _state, Running, Queued);
        if (seen != Queued)
        {
            throw new InvalidOperationException($"A turn started in wake state {seen}, not Queued.");
        }
    }

    /// <summary>The turn has nothing left to do. False when a wake came meanwhile: run again.</summary>
    internal bool TryExit()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, Running);
        return false;
    }

    /// <summary>The turn has work left but lets others run first: the caller must queue it again.</summary>
    internal void Requeue() => Interlocked.Exchange(ref _state, Queued);
}
