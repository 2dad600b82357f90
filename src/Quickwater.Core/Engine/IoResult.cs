namespace Quickwater.Core;

/// <summary>How far a transport operation got.</summary>
public enum IoStatus
{
    /// <summary>It completes later, through <see cref="ITransportEvents"/>.</summary>
    Pending,

    /// <summary>It is complete.</summary>
    Completed,

    /// <summary>Receive only: the peer finished sending.</summary>
    EndOfStream,

    /// <summary>The connection is broken.</summary>
    Failed,
}

/// <summary>The outcome of a transport operation.</summary>
/// <param name="Status">How far it got.</param>
/// <param name="Bytes">Bytes received or sent; 0 for a completed wait.</param>
/// <param name="Reason">Why it failed.</param>
public readonly record struct IoResult(IoStatus Status, int Bytes, Reason Reason)
{
    /// <summary>It completes later.</summary>
    public static IoResult Pending => default;

    /// <summary>The peer finished sending.</summary>
    public static IoResult EndOfStream => new(IoStatus.EndOfStream, 0, Reason.None);

    /// <summary>It moved so many bytes.</summary>
    public static IoResult Completed(int bytes) => new(IoStatus.Completed, bytes, Reason.None);

    /// <summary>It failed.</summary>
    public static IoResult Failed(Reason why) => new(IoStatus.Failed, 0, why);
}
