using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Quickwater.Net;

/// <summary>What a server shows and whom it lets in. Immutable.</summary>
/// <param name="Certificate">What it shows.</param>
/// <param name="ClientTrust">How it judges clients' certificates; null when they need none.</param>
internal sealed record TlsIdentity(SslStreamCertificateContext Certificate, X509ChainPolicy? ClientTrust)
{
    /// <summary>The SHA-256 of the certificate.</summary>
    public string Fingerprint { get; } = TlsFiles.Fingerprint(Certificate.TargetCertificate);

    /// <summary>When it ceases to be valid.</summary>
    public DateTimeOffset Expires { get; } = new(Certificate.TargetCertificate.NotAfter);
}
