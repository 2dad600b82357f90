namespace Quickwater.Core;

/// <summary>What a session makes of the bytes it was given.</summary>
public enum ReceiveStatus
{
    /// <summary>It took what it could and wants more bytes behind what it left.</summary>
    NeedMore,

    /// <summary>It wants no bytes now (backpressure); it is asked again after every other event of its connection.</summary>
    Paused,

    /// <summary>
    /// The same, but it wants to hear of the peer's end at once: bytes are received behind those that it left, as many as the receive buffer
    /// holds, and <see cref="ISession.PeerFinished"/> comes although it has not taken them. Beyond that it is as paused.
    /// </summary>
    Held,

    /// <summary>It wants no bytes ever again; what follows is discarded.</summary>
    Done,
}

/// <summary>The answer of <see cref="ISession.Receive"/>.</summary>
/// <param name="Consumed">Bytes taken from the front; the rest is offered again, with more behind it.</param>
/// <param name="Status">What the session wants next.</param>
public readonly record struct ReceiveResult(int Consumed, ReceiveStatus Status)
{
    /// <summary>Took <paramref name="consumed"/> bytes, wants more.</summary>
    public static ReceiveResult NeedMore(int consumed) => new(consumed, ReceiveStatus.NeedMore);

    /// <summary>Took <paramref name="consumed"/> bytes, wants none for now.</summary>
    public static ReceiveResult Paused(int consumed) => new(consumed, ReceiveStatus.Paused);

    /// <summary>Took <paramref name="consumed"/> bytes, wants none ever again.</summary>
    public static ReceiveResult Done(int consumed) => new(consumed, ReceiveStatus.Done);

    /// <summary>Took <paramref name="consumed"/> bytes, wants none for now but to hear of the peer's end.</summary>
    public static ReceiveResult Held(int consumed) => new(consumed, ReceiveStatus.Held);
}
