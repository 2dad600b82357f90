namespace Quickwater.Audio;

/// <summary>The answer to a ping: with the four instants of RFC 5905, section 8, the asking side works out offset and delay.</summary>
/// <remarks>
/// <code>
///    0        4              12                20                28
///   ┌────────┬──────────────┬─────────────────┬─────────────────┐
///   │ id u32 │ sent u64, µs │ received u64, µs│ answered u64, µs│
///   └────────┴──────────────┴─────────────────┴─────────────────┘
/// </code>
/// </remarks>
/// <param name="Id">As in the ping.</param>
/// <param name="SentMicroseconds">As in the ping.</param>
/// <param name="ReceivedMicroseconds">When the ping came, on the answering side's clock.</param>
/// <param name="AnsweredMicroseconds">When this was written, on the same clock.</param>
public readonly record struct Pong(uint Id, long SentMicroseconds, long ReceivedMicroseconds, long AnsweredMicroseconds) : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Pong;

    /// <inheritdoc/>
    public int Bytes => 28;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt32(Id);
        writer.Int64(SentMicroseconds);
        writer.Int64(ReceivedMicroseconds);
        writer.Int64(AnsweredMicroseconds);
    }

    /// <summary>Reads a body; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Pong pong)
    {
        var reader = new BodyReader(body);
        pong = new Pong(reader.UInt32(), reader.Int64(), reader.Int64(), reader.Int64());
        return reader.IsAtEnd;
    }
}
