using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The client's side of TLS: whom it trusts. One serves any number of connections. Its files are read once. Thread-safe.</summary>
public sealed class TlsClient
{
    // Who dials bounds how many; the bound here only has to be out of the way.
    private const int HandshakesMax = 100_000;

    private readonly TlsClientOptions _options;
    private readonly string _pin;
    private readonly X509ChainPolicy? _trust;
    private readonly SslStreamCertificateContext? _own;
    private readonly TlsHandshakes _handshakes;

    private TlsClient(TlsClientOptions options, TimeProvider time)
    {
        _options = options;
        _pin = options.PlainPin;
        _trust = options.Ca.Length > 0 ? TlsFiles.TrustOnly(TlsFiles.Authorities(options.Ca)) : null;
        _own = options.Certificate.Length > 0 ? TlsFiles.Certificate(options.Certificate, options.Key) : null;
        _handshakes = new TlsHandshakes(HandshakesMax, options.HandshakeTimeout, TlsHandshakes.WorkersOfThisMachine, time);
    }

    /// <summary>Reads the files. False when the options are not valid or a file cannot be used; <paramref name="why"/> says which and why, for people.</summary>
    public static bool TryCreate(TlsClientOptions options, TimeProvider time, [NotNullWhen(true)] out TlsClient? client, out string why)
    {
        (client, why) = (null, string.Join("; ", options.Validate()));
        if (why.Length > 0)
        {
            return false;
        }

        try
        {
            client = new TlsClient(options, time);
            return true;
        }
        catch (IOException e)
        {
            why = e.Message;
            return false;
        }
    }

    /// <summary>
    /// Puts TLS over a connection that was dialled, and does the handshake. Fails with <see cref="Reason.CertificateUntrusted"/>,
    /// <see cref="Reason.CertificateNameMismatch"/>, <see cref="Reason.CertificatePinMismatch"/>, <see cref="Reason.TlsHandshakeFailed"/>,
    /// <see cref="Reason.HandshakeTimeout"/>, <see cref="Reason.WrongProtocol"/>, or what ended the connection; then it is closed.
    /// </summary>
    /// <param name="dialled">The connection. It belongs to this object, and then to the answer.</param>
    /// <param name="host">The name or address that was dialled.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<DialResult> SecureAsync(ITransport dialled, string host, CancellationToken cancel = default)
    {
        var secure = (TlsTransport)Wrap(dialled, host);
        await using var registration = cancel.Register(() => secure.Fail(Reason.Cancelled));
        var why = await secure.HandshakeAsync();
        if (why == Reason.None)
        {
            return new DialResult(secure, why);
        }

        secure.Close();
        return new DialResult(null, why);
    }

    /// <summary>Puts TLS over a connection that was dialled. The handshake begins when it is bound.</summary>
    internal ITransport Wrap(ITransport dialled, string host) => new TlsTransport(dialled, new Side(this, _options.Name.Length > 0 ? _options.Name : host));

    // Why the server is not to be trusted.
    private Reason Judge(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
        {
            return Reason.CertificateMissing;
        }

        if (_pin.Length > 0)
        {
            if (!string.Equals(TlsFiles.Fingerprint(certificate), _pin, StringComparison.Ordinal))
            {
                return Reason.CertificatePinMismatch;
            }

            if (_trust is null)
            {
                return Reason.None;
            }
        }

        return (errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0 ? Reason.CertificateUntrusted
            : (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0 ? Reason.CertificateNameMismatch
            : Reason.None;
    }

    private sealed class Side(TlsClient client, string host) : ITlsSide
    {
        public bool SpeaksFirst => true;

        public TlsHandshakes Handshakes => client._handshakes;

        public async Task AuthenticateAsync(SslStream stream, TlsTransport transport)
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    AllowRenegotiation = false,
                    CertificateChainPolicy = client._trust,
                    ClientCertificateContext = client._own,
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(transport, client.Judge(certificate, errors)),
                },
                CancellationToken.None);
            transport.Tls.Found(TlsFiles.PeerOf(stream), TlsFiles.ProtocolOf(stream));
        }

        private static bool IsTrusted(TlsTransport transport, Reason why)
        {
            transport.Blame(why);
            return why == Reason.None;
        }
    }
}
