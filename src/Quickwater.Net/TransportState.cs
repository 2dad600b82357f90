namespace Quickwater.Net;

/// <summary>
/// Which operations of a transport are in flight, whether it is closed, and whether what it holds was let go of: one word that threads
/// decide by. A mutable struct: never copy it.
/// </summary>
internal struct TransportState
{
    /// <summary>A receive.</summary>
    public const int Receiving = 1;

    /// <summary>A send.</summary>
    public const int Sending = 2;

    /// <summary>A handshake.</summary>
    public const int Shaking = 4;

    /// <summary>The transport's own last words.</summary>
    public const int Leaving = 8;

    private const int InFlight = Receiving | Sending | Shaking | Leaving;
    private const int Closed = 16;
    private const int Released = 32;

    private int _bits;

    /// <summary>Whether it is closed.</summary>
    public readonly bool IsClosed => (Volatile.Read(in _bits) & Closed) != 0;

    /// <summary>Whether that operation is in flight.</summary>
    public readonly bool Has(int operation) => (Volatile.Read(in _bits) & operation) != 0;

    /// <summary>An operation begins. When the transport is closed already, the caller ends it again.</summary>
    /// <exception cref="InvalidOperationException">Another of its kind is in flight.</exception>
    public void Begin(int operation, out bool isClosed)
    {
        var before = Interlocked.Or(ref _bits, operation);
        if ((before & operation) != 0)
        {
            throw new InvalidOperationException("One receive and one send at a time.");
        }

        isClosed = (before & Closed) != 0;
    }

    /// <summary>An operation is over. True when the transport is closed; <paramref name="isLast"/> when it held what can be let go of now.</summary>
    public bool End(int operation, out bool isLast)
    {
        var now = Interlocked.And(ref _bits, ~operation) & ~operation;
        isLast = (now & Closed) != 0 && (now & InFlight) == 0 && TryRelease();
        return (now & Closed) != 0;
    }

    /// <summary>Closes it. False when it was closed before.</summary>
    /// <param name="inFlight">What was in flight.</param>
    public bool TryClose(out int inFlight)
    {
        var before = Interlocked.Or(ref _bits, Closed);
        inFlight = before & InFlight;
        return (before & Closed) == 0;
    }

    /// <summary>True for the first who asks.</summary>
    public bool TryRelease() => (Interlocked.Or(ref _bits, Released) & Released) == 0;
}
