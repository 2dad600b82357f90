using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Quickwater.Conformance;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Servers that ask their clients for a certificate.</summary>
[Requirement("RPC-14")]
public sealed class TlsClientCertificateTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    // The runtime's client resumes its session with this server the second time, and a ticket keeps none of the certificates between.
    [Fact]
    public void A_client_with_an_issuer_between_is_let_in_each_time_it_comes()
    {
        using var root = Certificate("an authority", isAuthority: true);
        using var between = Certificate("an issuer between", isAuthority: true, root);
        using var own = Certificate("a client", isAuthority: false, between);
        var folder = Directory.CreateTempSubdirectory("quickwater-");
        try
        {
            var authorities = Write(folder, "ca.pem", root.ExportCertificatePem());
            var certificate = Write(folder, "client.pem", $"{own.ExportCertificatePem()}\n{between.ExportCertificatePem()}\n");
            using var key = own.GetECDsaPrivateKey();
            var server = TlsSides.Server(options => options with { ClientCa = authorities });
            var client = TlsSides.Client(new TlsClientOptions
            {
                Pin = server.Fingerprint,
                Certificate = certificate,
                Key = Write(folder, "client.key", key?.ExportPkcs8PrivateKeyPem() ?? ""),
            });

            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(own.GetCertHashString(HashAlgorithmName.SHA256), Seen(server, client));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What the server knows of the client after a byte there and one back: with the latter the client has its ticket.
    private static string? Seen(TlsServer server, TlsClient client)
    {
        using var pair = new ConnectedPair(IPAddress.Loopback, loops: null, dialled => client.Wrap(dialled, "localhost"), server.Wrap);
        var (near, far) = (new TransportDriver(pair, pair.Near), new TransportDriver(pair, pair.Far));
        Assert.Equal(IoResult.Completed(1), far.Send([1]));
        Assert.Equal([1], near.ReceiveExactly(1));
        Assert.Equal(IoResult.Completed(1), near.Send([2]));
        Assert.Equal([2], far.ReceiveExactly(1));
        return near.Transport.Tls?.Certificate?.Fingerprint;
    }

    private static string Write(DirectoryInfo folder, string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 Certificate(string name, bool isAuthority, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (issuer is null)
        {
            return request.CreateSelfSigned(Now.AddHours(-2), Now.AddDays(2));
        }

        using var made = request.Create(issuer, Now.AddHours(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return made.CopyWithPrivateKey(key);
    }
}
