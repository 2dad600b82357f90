using System.Buffers.Binary;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>WAV files. Whole and in pieces, into destinations of any size, the format, the samples and the end are the same.</summary>
internal sealed class WavFileTarget() : CodecTarget(
    Plain(new AudioFormat(AudioEncoding.S16, 2, 44_100), 24), Plain(new AudioFormat(AudioEncoding.S24, 3, 48_000), 27), Plain(new AudioFormat(AudioEncoding.U8, 1, 8000), 31),
    Plain(new AudioFormat(AudioEncoding.F32, 1, 8000), null), Padded("RIFF", bigEndian: false), Padded("RIFX", bigEndian: true), Padded("RF64", bigEndian: false),
    Tagged(Padded("RIFF", bigEndian: false)), Unsized(0), Unsized(0x7FFFF000))
{
    private readonly byte[] _destination = new byte[1024];

    /// <inheritdoc/>
    public override string Name => "wav-file";

    /// <inheritdoc/>
    public override string Description => "WAV reader, whole and in pieces";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var whole = Feed(input, input.Length, rng);
        var pieces = Feed(input, 1 + rng.Below(40), rng);
        Check(whole == pieces, $"whole: {whole}; in pieces: {pieces}");
        return whole.Why;
    }

    private (Reason Why, AudioFormat Format, long Bytes, ulong Samples) Feed(byte[] input, int piece, Rng rng)
    {
        var reader = new WavReader();
        var (bytes, hash) = (0L, 1UL);
        for (var end = 0; end < input.Length && reader.Ended == Reason.None;)
        {
            var start = end;
            end = Math.Min(input.Length, end + (piece == input.Length ? piece : 1 + rng.Below(piece)));
            var rest = new ReadOnlySpan<byte>(input, start, end - start);
            while (!rest.IsEmpty && reader.Ended == Reason.None)
            {
                var (left, format) = (rest.Length, reader.Format);
                var room = piece == input.Length ? _destination.Length : format.BytesPerFrame + rng.Below(_destination.Length - format.BytesPerFrame);
                var written = reader.Read(ref rest, _destination.AsSpan(0, room));
                Check(written > 0 || rest.Length < left || reader.Format != format || reader.Ended != Reason.None, "it takes nothing and gives nothing");
                Check(written <= room && (written == 0 || written % reader.Format.BytesPerFrame == 0), $"it gave {written} bytes of {reader.Format}");
                bytes += written;
                hash = Mix(hash, _destination.AsSpan(0, written));
            }
        }

        reader.Finish();
        Check(bytes <= input.Length && (bytes == 0 || reader.Format.IsValid), $"it made {bytes} bytes of {reader.Format} of {input.Length}");
        Check(reader.Ended != Reason.None, "it is over without a reason");
        return (reader.Ended, reader.Format, bytes, hash);
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> samples)
    {
        foreach (var one in samples)
        {
            hash = (hash * 31) + one;
        }

        return hash;
    }

    // What a music player puts in front.
    private static byte[] Tagged(byte[] file) => [.. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 5, .. Samples(15), .. file];

    // A size that is a stream's, with a chunk behind the samples.
    private static byte[] Unsized(uint size) =>
        [.. Plain(new AudioFormat(AudioEncoding.S16, 2, 44_100), 0)[..40], .. Number(size, false, 4), .. Samples(40), .. "LIST"u8, .. Number(2, false, 4), 1, 2];

    private static byte[] Samples(int count) => [.. Enumerable.Range(1, count).Select(static i => (byte)i)];

    private static byte[] Plain(AudioFormat format, int? sampleBytes)
    {
        var header = new byte[WavHeader.BytesMax];
        var length = WavHeader.Write(header, format, sampleBytes);
        return [.. header.AsSpan(0, length), .. Samples(sampleBytes ?? 32), 0];
    }

    // Chunks of odd sizes before the samples, with and without the byte that pads them, and one behind.
    private static byte[] Padded(string riff, bool bigEndian) =>
    [
        .. riff.Select(static c => (byte)c), .. Number(200, bigEndian, 4), .. "WAVE"u8,
        .. "ds64"u8, .. Number(28, bigEndian, 4), .. Number(200, false, 8), .. Number(18, false, 8), .. new byte[12],
        .. "LIST"u8, .. Number(5, bigEndian, 4), 1, 2, 3, 4, 5, 0,
        .. "junk"u8, .. Number(0, bigEndian, 4),
        .. "note"u8, .. Number(3, bigEndian, 4), 1, 2, 3,
        .. "fmt "u8, .. Number(18, bigEndian, 4), .. Number(1, bigEndian, 2), .. Number(3, bigEndian, 2), .. Number(22_050, bigEndian, 4), .. Number(1, bigEndian, 4),
        .. Number(6, bigEndian, 2), .. Number(16, bigEndian, 2), .. Number(0, bigEndian, 2),
        .. "data"u8, .. Number(riff == "RF64" ? uint.MaxValue : 18, bigEndian, 4), .. Samples(18),
        .. "LIST"u8, .. Number(2, bigEndian, 4), 1, 2,
    ];

    private static byte[] Number(ulong number, bool bigEndian, int bytes)
    {
        var all = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(all, number);
        var used = all[..bytes];
        if (bigEndian)
        {
            Array.Reverse(used);
        }

        return used;
    }
}
