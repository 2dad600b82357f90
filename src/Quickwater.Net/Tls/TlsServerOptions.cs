using System.Net.Security;

namespace Quickwater.Net;

/// <summary>How a server speaks TLS. Immutable; <see cref="Validate"/> tells what is wrong with it.</summary>
public sealed record TlsServerOptions
{
    /// <summary>A PEM file with the certificate, and behind it those of its issuers.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>A PEM file with the certificate's private key, without a password. It may be the same file.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whether to make a certificate for <c>localhost</c>, <c>127.0.0.1</c> and <c>::1</c> that nobody vouches for, at the start: for development.</summary>
    public bool SelfSigned { get; init; }

    /// <summary>
    /// A PEM file with the authorities whose clients are let in; without it clients need no certificate. Revocation is not looked up.
    /// </summary>
    public string ClientCa { get; init; } = "";

    /// <summary>Whether TLS 1.2 is refused.</summary>
    public bool OnlyTls13 { get; init; }

    /// <summary>The cipher suites by their names of the IANA registry, the preferred ones first; empty for those of the operating system. Not on Windows.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>How long a handshake may take. 100 ms to 10 minutes. Default 10 s, as for RTMP's.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Handshakes at once. Beyond it the one that has kept the server waiting longest ends with <see cref="Core.Reason.TooManyHandshakes"/>, or the newcomer
    /// when none does. 1 to 100000. Default 1000.
    /// </summary>
    public int HandshakesMax { get; init; } = 1000;

    /// <summary>Whether that is the name of a cipher suite.</summary>
    public static bool IsCipherSuite(string name) => !int.TryParse(name, out _) && Enum.TryParse<TlsCipherSuite>(name, ignoreCase: false, out _);

    /// <summary>What is wrong with these options: one sentence a fault; empty when they can be used. Files are not looked at.</summary>
    public IEnumerable<string> Validate()
    {
        if (SelfSigned && Certificate.Length + Key.Length > 0)
        {
            yield return "selfSigned cannot be used with certificate and key";
        }

        if (!SelfSigned && (Certificate.Length == 0 || Key.Length == 0))
        {
            yield return "certificate and key must both be given, or else selfSigned";
        }

        foreach (var name in CipherSuites.Where(static name => !IsCipherSuite(name)))
        {
            yield return $"cipherSuites has {name}; allowed are names such as TLS_AES_128_GCM_SHA256";
        }

        if (CipherSuites.Count > 0 && !OperatingSystem.IsLinux())
        {
            yield return "cipherSuites can be chosen on Linux only";
        }

        if (HandshakeTimeout < TimeSpan.FromMilliseconds(100) || HandshakeTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"handshakeTimeout is {HandshakeTimeout}; allowed is 100 ms to 10 min";
        }

        if (HandshakesMax is < 1 or > 100_000)
        {
            yield return $"handshakesMax is {HandshakesMax}; allowed is 1 to 100000";
        }
    }
}
