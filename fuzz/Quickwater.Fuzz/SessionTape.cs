namespace Quickwater.Fuzz;

/// <summary>All that a peer sends in a valid session: a handshake or hello, which most inputs leave as it is, and what it says behind that.</summary>
internal sealed class SessionTape(byte[] greeting, byte[] rest)
{
    /// <summary>Both.</summary>
    public byte[] Bytes { get; } = [.. greeting, .. rest];

    /// <summary>Bytes of the handshake or hello.</summary>
    public int GreetingBytes { get; } = greeting.Length;
}
