namespace Quickwater.Core;

/// <summary>
/// What TLS found out about the peer of a connection. All of it is unknown until the handshake is done, which is before the first byte reaches the
/// session. Thread-safe.
/// </summary>
public sealed class TlsPeer
{
    private PeerCertificate? _certificate;
    private string _protocol = "";

    /// <summary>The certificate that the peer showed and that was found to be good; null when it showed none.</summary>
    public PeerCertificate? Certificate => Volatile.Read(ref _certificate);

    /// <summary>The version and cipher suite, such as <c>Tls13 TLS_AES_256_GCM_SHA384</c>; empty until they are known.</summary>
    public string Protocol => Volatile.Read(ref _protocol);

    /// <summary>The handshake is done. Called once, by the transport.</summary>
    public void Found(PeerCertificate? certificate, string protocol)
    {
        Volatile.Write(ref _certificate, certificate);
        Volatile.Write(ref _protocol, protocol);
    }
}
