namespace Quickwater.Audio;

/// <summary>Asks whether the other side is there, and for its clock. Either side may ask at any time after the accept.</summary>
/// <remarks>
/// <code>
///    0        4                12
///   ┌────────┬────────────────┐
///   │ id u32 │ sent u64, µs   │   of the clock of the side that asks
///   └────────┴────────────────┘
/// </code>
/// </remarks>
/// <param name="Id">Comes back in the answer.</param>
/// <param name="SentMicroseconds">When it was sent, on the sender's clock.</param>
public readonly record struct Ping(uint Id, long SentMicroseconds) : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Ping;

    /// <inheritdoc/>
    public int Bytes => 12;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt32(Id);
        writer.Int64(SentMicroseconds);
    }

    /// <summary>Reads a body; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Ping ping)
    {
        var reader = new BodyReader(body);
        ping = new Ping(reader.UInt32(), reader.Int64());
        return reader.IsAtEnd;
    }
}
