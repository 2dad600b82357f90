using System.Net.Security;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>What a <see cref="TlsTransport"/> asks of the side it is on: the server's or the client's. Thread-safe.</summary>
internal interface ITlsSide
{
    /// <summary>Whether this side begins the handshake: the client does.</summary>
    bool SpeaksFirst { get; }

    /// <summary>Where handshakes run.</summary>
    TlsHandshakes Handshakes { get; }

    /// <summary>Does the handshake. A cause that it knows it leaves with <see cref="TlsTransport.Blame"/>, and throws as the runtime does.</summary>
    Task AuthenticateAsync(SslStream stream, TlsTransport transport);
}
