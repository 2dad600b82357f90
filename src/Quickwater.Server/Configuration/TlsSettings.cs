using System.Net;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>The settings of a section <c>tls</c>: the same for every system that has one.</summary>
internal sealed class TlsSettings
{
    // The library's defaults are the server's too.
    private static readonly TlsServerOptions Library = new();

    /// <summary>Makes the settings.</summary>
    /// <param name="section">The section, such as <c>rpc.tls</c>.</param>
    /// <param name="system">The system's name, for people.</param>
    /// <param name="listen">Where it listens when nothing is said.</param>
    public TlsSettings(string section, string system, IPEndPoint listen)
    {
        Enabled = new($"{section}.enabled", new BooleanType(), false, $"Serve {system} over TLS too, on an address of its own.");
        Listen = new($"{section}.listen", new ListenType(), listen, $"Where {system} over TLS listens.");
        Certificate = new(
            $"{section}.certificate", File, "",
            "PEM file with the server's certificate, followed by those of its issuers. It is read again when it changes, and so is the key.");
        Key = new($"{section}.key", File, "", "PEM file with the private key of the certificate, without a password.");
        SelfSigned = new(
            $"{section}.selfSigned", new BooleanType(), false,
            "Make a certificate for localhost, 127.0.0.1 and ::1 at each start, instead of reading one, and print its fingerprint. For development.");
        ClientCa = new(
            $"{section}.clientCa", File, "",
            "PEM file with authorities. With it only clients are let in that show a certificate of one of them. Revocation is not looked up.")
        { Limit = Reason.CertificateUntrusted };
        VersionMin = new(
            $"{section}.versionMin", new ChoiceType<TlsVersion>(), TlsVersion.Tls12, "The oldest version of TLS that is spoken.") { Limit = Reason.UnsupportedVersion };
        CipherSuites = new(
            $"{section}.cipherSuites", new TextListType("names such as TLS_AES_128_GCM_SHA256", TlsServerOptions.IsCipherSuite), TextList.Empty,
            "The cipher suites that are allowed, the preferred ones first; none for those of the operating system. On Linux only.");
        HandshakeTimeout = new(
            $"{section}.handshakeTimeout", new DurationType(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), Library.HandshakeTimeout,
            "Time a client has to finish the handshake of TLS.") { Limit = Reason.HandshakeTimeout };
        HandshakesMax = new(
            $"{section}.handshakesMax", new IntegerType(1, 100_000), Library.HandshakesMax,
            "Handshakes of TLS at once. One more ends the one that has kept the server waiting longest.") { Limit = Reason.TooManyHandshakes };
    }

    public Setting<bool> Enabled { get; }

    public Setting<IPEndPoint> Listen { get; }

    public Setting<string> Certificate { get; }

    public Setting<string> Key { get; }

    public Setting<bool> SelfSigned { get; }

    public Setting<string> ClientCa { get; }

    public Setting<TlsVersion> VersionMin { get; }

    public Setting<TextList> CipherSuites { get; }

    public Setting<TimeSpan> HandshakeTimeout { get; }

    public Setting<int> HandshakesMax { get; }

    /// <summary>All of them, in the order of the documentation.</summary>
    public IReadOnlyList<Setting> All =>
        [Enabled, Listen, Certificate, Key, SelfSigned, ClientCa, VersionMin, CipherSuites, HandshakeTimeout, HandshakesMax];

    private static TextType File => new("a path, or nothing");

    /// <summary>The section's record.</summary>
    public TlsConfiguration Bind(EffectiveConfiguration values) => new(
        values.Get(Enabled),
        values.Get(Listen),
        values.Get(CipherSuites),
        new TlsServerOptions
        {
            Certificate = values.Get(Certificate),
            Key = values.Get(Key),
            SelfSigned = values.Get(SelfSigned),
            ClientCa = values.Get(ClientCa),
            OnlyTls13 = values.Get(VersionMin) == TlsVersion.Tls13,
            HandshakeTimeout = values.Get(HandshakeTimeout),
            HandshakesMax = values.Get(HandshakesMax),
        });

    /// <summary>The rules over more than one setting that are broken: which setting, and what is wrong with it.</summary>
    public IEnumerable<(Setting Setting, string Text)> Check(EffectiveConfiguration values)
    {
        if (!values.Get(Enabled))
        {
            yield break;
        }

        var (certificate, key) = (values.Get(Certificate), values.Get(Key));
        if (values.Get(SelfSigned))
        {
            if (certificate.Length + key.Length > 0)
            {
                yield return (SelfSigned, $"true makes a certificate, so {Certificate.Key} and {Key.Key} must not be given; allowed with them: false");
            }
        }
        else if (certificate.Length == 0)
        {
            yield return (Certificate, $"is not given, and TLS needs a certificate; allowed: the path of a PEM file, or {SelfSigned.Key}=true");
        }
        else if (key.Length == 0)
        {
            yield return (Key, $"is not given, and the certificate needs its key; allowed: the path of a PEM file, which may be {certificate} itself");
        }

        foreach (var setting in new[] { Certificate, Key, ClientCa })
        {
            if (values.Get(setting) is { Length: > 0 } file && !Path.Exists(file))
            {
                yield return (setting, $"{file} does not exist; allowed: the path of a PEM file");
            }
        }

        if (values.Get(CipherSuites).Items.Count > 0 && !OperatingSystem.IsLinux())
        {
            yield return (CipherSuites, "can be chosen on Linux only; allowed elsewhere: nothing");
        }
    }
}
