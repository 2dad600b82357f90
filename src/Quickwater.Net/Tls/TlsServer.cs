using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The server's side of TLS: its certificate, whom it lets in, and the handshakes under way. Thread-safe.</summary>
public sealed class TlsServer : ITlsSide
{
    private readonly TlsIdentities _identities;
    private readonly SslProtocols _versions;
    private readonly CipherSuitesPolicy? _suites;
    private readonly TlsHandshakes _handshakes;

    private TlsServer(TlsServerOptions options, ITlsEvents events, TimeProvider time)
    {
        _identities = new TlsIdentities(options, events, time);
        _versions = options.OnlyTls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
        _suites = options.CipherSuites.Count > 0 && OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(options.CipherSuites.Select(Enum.Parse<TlsCipherSuite>)) : null;
        _handshakes = new TlsHandshakes(options.HandshakesMax, options.HandshakeTimeout, TlsHandshakes.WorkersOfThisMachine, time);
    }

    /// <summary>The SHA-256 of the certificate in use, in 64 hexadecimal digits: what a client may pin.</summary>
    public string Fingerprint => _identities.Current.Fingerprint;

    /// <summary>Handshakes under way.</summary>
    public int Handshakes => _handshakes.Count;

    /// <inheritdoc/>
    bool ITlsSide.SpeaksFirst => false;

    /// <inheritdoc/>
    TlsHandshakes ITlsSide.Handshakes => _handshakes;

    /// <summary>Reads the files. False when the options are not valid or a file cannot be used; <paramref name="why"/> says which and why, for people.</summary>
    public static bool TryCreate(
        TlsServerOptions options, ITlsEvents events, TimeProvider time, [NotNullWhen(true)] out TlsServer? server, out string why)
    {
        (server, why) = (null, string.Join("; ", options.Validate()));
        if (why.Length > 0)
        {
            return false;
        }

        try
        {
            server = new TlsServer(options, events, time);
            return true;
        }
        catch (IOException e)
        {
            why = e.Message;
            return false;
        }
    }

    /// <summary>Puts TLS over a connection that was accepted. The answer owns it. The handshake begins when it is bound.</summary>
    public ITransport Wrap(ITransport accepted) => new TlsTransport(accepted, this);

    /// <inheritdoc/>
    async Task ITlsSide.AuthenticateAsync(SslStream stream, TlsTransport transport)
    {
        await stream.AuthenticateAsServerAsync(OptionsFor, transport, CancellationToken.None);
        transport.Tls.Found(TlsFiles.PeerOf(stream), TlsFiles.ProtocolOf(stream));
    }

    private ValueTask<SslServerAuthenticationOptions> OptionsFor(SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancel)
    {
        var transport = state as TlsTransport;
        if (hello.SslProtocols != SslProtocols.None && (hello.SslProtocols & _versions) == SslProtocols.None)
        {
            transport?.Blame(Reason.UnsupportedVersion); // and let the handshake fail: so the client gets the alert
        }

        var identity = _identities.Current;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.Certificate,
            EnabledSslProtocols = _versions,
            CipherSuitesPolicy = _suites,
            AllowRenegotiation = false,
        };
        if (identity.ClientTrust is { } trust)
        {
            options.ClientCertificateRequired = true;
            options.AllowTlsResume = false; // a ticket keeps no certificates but the client's own: with an issuer between, who comes again would be refused
            options.CertificateChainPolicy = trust;
            options.RemoteCertificateValidationCallback = (_, _, _, errors) => Judge(transport, errors);
        }

        return ValueTask.FromResult(options);
    }

    private static bool Judge(TlsTransport? transport, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None)
        {
            transport?.Blame((errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0 ? Reason.CertificateMissing : Reason.CertificateUntrusted);
        }

        return errors == SslPolicyErrors.None;
    }
}
