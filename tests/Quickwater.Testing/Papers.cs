using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Quickwater.Testing;

/// <summary>An authority of its own, and PEM files with certificates of it.</summary>
public sealed class Papers : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Papers()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(Ca, _authority.ExportCertificatePem());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("quickwater-papers-").FullName;

    public string Ca => Path.Combine(Folder, "ca.pem");

    public string Certificate => Path.Combine(Folder, "certificate.pem");

    public string Key => Path.Combine(Folder, "key.pem");

    /// <summary>Writes a certificate and its key, and gives the fingerprint.</summary>
    public string Issue(string name, TimeSpan? life = null, string? certificate = null, string? key = null)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var made = request.Create(_authority, now.AddHours(-1), now + (life ?? TimeSpan.FromDays(365)), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(key ?? Key, own.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificate ?? Certificate, made.ExportCertificatePem() + "\n" + _authority.ExportCertificatePem());
        return made.GetCertHashString(HashAlgorithmName.SHA256);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
