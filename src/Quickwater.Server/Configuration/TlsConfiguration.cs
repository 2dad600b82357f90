using System.Net;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>A section <c>tls</c> of a system.</summary>
/// <param name="Enabled">The setting of that name.</param>
/// <param name="Listen">The setting of that name.</param>
/// <param name="CipherSuites">The setting of that name: here it compares by its items.</param>
/// <param name="Rest">The rest.</param>
public sealed record TlsConfiguration(bool Enabled, IPEndPoint Listen, TextList CipherSuites, TlsServerOptions Rest)
{
    /// <summary>How the server speaks TLS.</summary>
    internal TlsServerOptions Options => Rest with { CipherSuites = CipherSuites.Items };
}
