namespace Quickwater.Net;

/// <summary>How a client speaks TLS, and which servers it trusts: those of the operating system's authorities unless something else is given. Immutable.</summary>
public sealed record TlsClientOptions
{
    private const int PinDigits = 64;

    /// <summary>A PEM file with the authorities that are trusted, instead of the operating system's. A certificate that nobody vouches for may stand in it itself.</summary>
    public string Ca { get; init; } = "";

    /// <summary>
    /// The SHA-256 of the one certificate that is accepted, in 64 hexadecimal digits, with or without colons between them. Alone it says everything: neither
    /// authority nor name is asked for. With <see cref="Ca"/> both must hold.
    /// </summary>
    public string Pin { get; init; } = "";

    /// <summary>The name that the server's certificate must be made for; empty for the one that was dialled.</summary>
    public string Name { get; init; } = "";

    /// <summary>A PEM file with this client's own certificate, and behind it those of its issuers; empty for none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>A PEM file with its private key.</summary>
    public string Key { get; init; } = "";

    /// <summary>How long a handshake may take. 100 ms to 10 minutes.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pin without colons, in upper case.</summary>
    internal string PlainPin => Pin.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>What is wrong with these options: one sentence a fault; empty when they can be used. Files are not looked at.</summary>
    public IEnumerable<string> Validate()
    {
        if (Pin.Length > 0 && (PlainPin.Length != PinDigits || !PlainPin.All(char.IsAsciiHexDigit)))
        {
            yield return $"pin is {Pin}; allowed is the SHA-256 of a certificate in 64 hexadecimal digits";
        }

        if ((Certificate.Length == 0) != (Key.Length == 0))
        {
            yield return "certificate and key must both be given, or none";
        }

        if (HandshakeTimeout < TimeSpan.FromMilliseconds(100) || HandshakeTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"handshakeTimeout is {HandshakeTimeout}; allowed is 100 ms to 10 min";
        }
    }
}
