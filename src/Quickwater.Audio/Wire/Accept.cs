namespace Quickwater.Audio;

/// <summary>The server's yes to a hello.</summary>
/// <remarks>
/// <code>
///    0       1       2          4             12           20         24
///   ┌───────┬───────┬──────────┬─────────────┬────────────┬──────────┬────────────┐
///   │ major │ minor │ reserved │ session u64 │ clock µs   │ burst ms │ lag max ms │
///   └───────┴───────┴──────────┴─────────────┴────────────┴──────────┴────────────┘
/// </code>
/// </remarks>
/// <param name="Session">The server's number of the connection, as in its log.</param>
/// <param name="ClockMicroseconds">The server's clock as it wrote this.</param>
/// <param name="BurstMilliseconds">How much of the past comes at once, if there is so much.</param>
/// <param name="LagMilliseconds">How far the client may lag before it is made to skip.</param>
/// <param name="Major">The major version spoken.</param>
/// <param name="Minor">The minor version the server speaks.</param>
public readonly record struct Accept(
    long Session, long ClockMicroseconds, int BurstMilliseconds, int LagMilliseconds,
    byte Major = AudioWire.MajorVersion, byte Minor = AudioWire.MinorVersion) : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Accept;

    /// <inheritdoc/>
    public int Bytes => 28;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.Byte(Major);
        writer.Byte(Minor);
        writer.UInt16(0);
        writer.Int64(Session);
        writer.Int64(ClockMicroseconds);
        writer.UInt32((uint)BurstMilliseconds);
        writer.UInt32((uint)LagMilliseconds);
    }

    /// <summary>Reads a body; false when it is malformed. Bytes behind the last field are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Accept accept)
    {
        var reader = new BodyReader(body);
        var (major, minor) = (reader.Byte(), reader.Byte());
        _ = reader.UInt16();
        var (session, clock) = (reader.Int64(), reader.Int64());
        var (burst, lag) = (reader.UInt32(), reader.UInt32());
        accept = new Accept(session, clock, (int)Math.Min(burst, int.MaxValue), (int)Math.Min(lag, int.MaxValue), major, minor);
        return reader.IsWhole && major == AudioWire.MajorVersion;
    }
}
