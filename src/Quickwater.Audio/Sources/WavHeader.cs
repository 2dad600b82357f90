using System.Buffers.Binary;

namespace Quickwater.Audio;

/// <summary>What stands in front of the samples of a WAV file.</summary>
/// <remarks>
/// <code>
///    "RIFF" size "WAVE"  "fmt " 16 or 40, as in <see cref="WavReader"/>  "data" size   then the samples, and 0 if their size is odd
/// </code>
/// Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE). Integers of 8 and 16 bits on one or two channels are plain PCM; all else
/// is WAVE_FORMAT_EXTENSIBLE, with no channel mask.
/// </remarks>
public static class WavHeader
{
    /// <summary>Bytes of a header at most.</summary>
    public const int BytesMax = 68;

    /// <summary>Bytes of samples that the header can name; a longer file, like one without end, says <see cref="uint.MaxValue"/>.</summary>
    public const long SampleBytesMax = uint.MaxValue - 128;

    // The tag, then the fixed rest of KSDATAFORMAT_SUBTYPE_PCM and KSDATAFORMAT_SUBTYPE_IEEE_FLOAT.
    private static ReadOnlySpan<byte> SubFormatRest => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Writes a header and answers its length.</summary>
    /// <param name="header">At least <see cref="BytesMax"/>.</param>
    /// <param name="format">What the samples are; a valid one.</param>
    /// <param name="sampleBytes">Bytes of samples; null while nobody knows: then the sizes are those of a stream, and readers go on to the end.</param>
    public static int Write(Span<byte> header, AudioFormat format, long? sampleBytes)
    {
        var isPlain = format is { Encoding: AudioEncoding.U8 or AudioEncoding.S16, Channels: <= 2 };
        var fmtBytes = isPlain ? 16 : 40;
        var tag = format.Encoding == AudioEncoding.F32 ? (ushort)3 : (ushort)1;
        var known = sampleBytes is >= 0 and <= SampleBytesMax;
        var size = known ? (uint)sampleBytes.GetValueOrDefault() : uint.MaxValue;

        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], known ? size + (size & 1) + (uint)fmtBytes + 20 : uint.MaxValue);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], fmtBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], isPlain ? tag : (ushort)0xFFFE);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)format.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], format.Rate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)format.BytesPerSecond);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)format.BytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], (ushort)(format.BytesPerSample * 8));
        if (!isPlain)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[36..], 22);
            BinaryPrimitives.WriteUInt16LittleEndian(header[38..], (ushort)(format.BytesPerSample * 8));
            BinaryPrimitives.WriteUInt32LittleEndian(header[40..], 0); // no speaker has been named
            BinaryPrimitives.WriteUInt16LittleEndian(header[44..], tag);
            SubFormatRest.CopyTo(header[46..]);
        }

        "data"u8.CopyTo(header[(20 + fmtBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(24 + fmtBytes)..], size);
        return 28 + fmtBytes;
    }
}
