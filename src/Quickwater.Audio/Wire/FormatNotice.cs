namespace Quickwater.Audio;

/// <summary>What the audio messages that follow hold. Comes before the first of them, and again before the first of another format.</summary>
/// <remarks>
/// <code>
///    0             1             2          4         8                  12
///   ┌─────────────┬─────────────┬──────────┬─────────┬──────────────────┐
///   │ encoding u8 │ channels u8 │ reserved │ rate u32│ chunk frames u32 │
///   └─────────────┴─────────────┴──────────┴─────────┴──────────────────┘
/// </code>
/// </remarks>
/// <param name="Format">The format.</param>
/// <param name="ChunkFrames">Sample frames of an audio message; the last before an end or a change may have fewer.</param>
public readonly record struct FormatNotice(AudioFormat Format, int ChunkFrames) : IAudioBody
{
    /// <inheritdoc/>
    public AudioMessageType Type => AudioMessageType.Format;

    /// <inheritdoc/>
    public int Bytes => 12;

    /// <inheritdoc/>
    public void Write(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.Byte((byte)Format.Encoding);
        writer.Byte((byte)Format.Channels);
        writer.UInt16(0);
        writer.UInt32((uint)Format.Rate);
        writer.UInt32((uint)ChunkFrames);
    }

    /// <summary>Reads a body; false when it is malformed or the format is not a valid one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out FormatNotice notice)
    {
        var reader = new BodyReader(body);
        var (encoding, channels) = (reader.Byte(), reader.Byte());
        _ = reader.UInt16();
        var (rate, chunk) = (reader.UInt32(), reader.UInt32());
        notice = new FormatNotice(
            new AudioFormat((AudioEncoding)encoding, channels, (int)Math.Min(rate, int.MaxValue)), (int)Math.Min(chunk, int.MaxValue));
        return reader.IsWhole && notice.Format.IsValid && chunk is > 0 and <= int.MaxValue;
    }
}
