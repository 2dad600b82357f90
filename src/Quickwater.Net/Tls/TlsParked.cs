using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>What was asked of a <see cref="TlsTransport"/> while its handshake was under way.</summary>
internal struct TlsParked
{
    /// <summary>Whether a receive waits.</summary>
    public bool Receives;

    /// <summary>What it receives into.</summary>
    public Memory<byte> Into;

    /// <summary>What waits to be sent.</summary>
    public SendBatch? Batch;

    /// <summary>Whether the sending side is to be ended.</summary>
    public bool Finishes;

    /// <summary>Adds what was asked of it later.</summary>
    public void Add(in TlsParked later)
    {
        Into = later.Receives ? later.Into : Into;
        Receives |= later.Receives;
        Batch ??= later.Batch;
        Finishes |= later.Finishes;
    }
}
