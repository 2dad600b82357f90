using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Reads and makes certificates.</summary>
internal static class TlsFiles
{
    private static readonly TimeSpan SelfSignedLife = TimeSpan.FromDays(365);

    /// <summary>Reads a certificate with its issuers, and its key.</summary>
    /// <exception cref="IOException">A file cannot be read, or does not hold what it should; the message says which and why.</exception>
    public static SslStreamCertificateContext Certificate(string certificateFile, string keyFile)
    {
        try
        {
            var own = Usable(X509Certificate2.CreateFromPemFile(certificateFile, keyFile));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            chain.RemoveAt(0); // its own
            return SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new IOException($"certificate {certificateFile} with key {keyFile}: {e.Message}", e);
        }
    }

    /// <summary>Reads authorities.</summary>
    /// <exception cref="IOException">The file cannot be read, or has no certificate.</exception>
    public static X509Certificate2Collection Authorities(string file)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            return all.Count > 0 ? all : throw new IOException("it has no certificate in PEM form");
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new IOException($"authorities {file}: {e.Message}", e);
        }
    }

    /// <summary>Makes a certificate for this machine that nobody vouches for.</summary>
    public static SslStreamCertificateContext SelfSigned(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddIpAddress(System.Net.IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // for servers
        var made = Usable(request.CreateSelfSigned(now.AddHours(-1), now + SelfSignedLife));
        return SslStreamCertificateContext.Create(made, additionalCertificates: null, offline: true);
    }

    /// <summary>How certificates are judged whose authorities are ours: nothing is fetched from anywhere, so revocation is not looked up.</summary>
    public static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>The SHA-256 of a certificate, in 64 hexadecimal digits.</summary>
    public static string Fingerprint(X509Certificate certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Whose certificate the peer of a stream showed.</summary>
    public static PeerCertificate? PeerOf(SslStream stream) =>
        stream.RemoteCertificate is { } shown ? new PeerCertificate(shown.Subject, Fingerprint(shown)) : null;

    /// <summary>What a stream speaks.</summary>
    public static string ProtocolOf(SslStream stream) => $"{stream.SslProtocol} {stream.NegotiatedCipherSuite}";

    // Windows does not do handshakes with a key that lives in memory only.
    private static X509Certificate2 Usable(X509Certificate2 made)
    {
        if (!OperatingSystem.IsWindows())
        {
            return made;
        }

        using (made)
        {
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private static bool IsOfFiles(Exception e) =>
        e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;
}
