using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class WavReaderTests
{
    private static readonly AudioFormat s_stereo = new(AudioEncoding.S16, 2, 44_100);

    public static TheoryData<AudioEncoding, bool> Encodings => new()
    {
        { AudioEncoding.U8, false }, { AudioEncoding.S16, false }, { AudioEncoding.S24, false }, { AudioEncoding.S32, false },
        { AudioEncoding.F32, false }, { AudioEncoding.S16, true }, { AudioEncoding.S24, true }, { AudioEncoding.F32, true },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    [Requirement("AUD-5.1/wav")]
    public void Every_encoding_comes_out_byte_for_byte(AudioEncoding encoding, bool extensible)
    {
        var format = new AudioFormat(encoding, 2, 48_000);
        var samples = Pattern.Bytes(0, format.BytesPerFrame * 1000);
        var file = new Wav().Fmt(format, extensible: extensible).Data(samples).ToArray();
        Assert.Equal((format, Reason.Completed, Convert.ToHexString(samples)), Read([file]));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_header_that_is_written_is_read_again(AudioEncoding encoding, bool known)
    {
        foreach (var channels in new[] { 1, 2, 6 })
        {
            var format = new AudioFormat(encoding, channels, 44_100);
            var samples = Pattern.Bytes(0, format.BytesPerFrame * 101);
            var header = new byte[WavHeader.BytesMax];
            var length = WavHeader.Write(header, format, known ? samples.Length : null);
            byte[] file = [.. header.AsSpan(0, length), .. samples, .. known && samples.Length % 2 != 0 ? [(byte)0] : Array.Empty<byte>()];
            Assert.Equal((format, Reason.Completed, Convert.ToHexString(samples)), Read([file]));
            Assert.Equal(known ? (uint)file.Length - 8 : uint.MaxValue, BitConverter.ToUInt32(file, 4));
        }
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Every_split_reads_alike()
    {
        var format = new AudioFormat(AudioEncoding.S24, 2, 48_000);
        var samples = Pattern.Bytes(0, format.BytesPerFrame * 20);
        var file = new Wav().Chunk("LIST", [1, 2, 3]).Fmt(format, extensible: true).Chunk("fact", [0, 0, 0, 0]).Data(samples).Chunk("id3 ", [9]).ToArray();
        var expected = (format, Reason.Completed, Convert.ToHexString(samples));
        Assert.Equal(expected, Read(file.Select(static one => new[] { one })));
        for (var split = 0; split <= file.Length; split++)
        {
            Assert.Equal(expected, Read([file[..split], file[split..]]));
        }
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Big_endian_files_come_out_little_endian()
    {
        var file = new Wav(bigEndian: true).Fmt(s_stereo).Data([1, 2, 3, 4, 5, 6, 7, 8]).ToArray();
        Assert.Equal((s_stereo, Reason.Completed, "0201040306050807"), Read([file]));
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Sizes_that_lie_are_survived()
    {
        var samples = Pattern.Bytes(0, 4000);
        var hex = Convert.ToHexString(samples);
        foreach (var size in new uint[] { 0, uint.MaxValue, 0x7FFFFFFF, 1_000_000 })
        {
            Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Fmt(s_stereo).Data(samples, size).ToArray()]));
        }

        // A size that cuts a sample frame, and one that ends before the samples do.
        Assert.Equal((s_stereo, Reason.Completed, hex[..(2 * 8)]), Read([new Wav().Fmt(s_stereo).Data(samples, 11).ToArray()]));
    }

    // 0 in the data chunk: the file's size decides, and where that is no more than the header's, whatever stands there.
    [Fact]
    [Requirement("AUD-5.1")]
    public void An_empty_data_chunk_is_told_from_one_whose_size_was_never_written()
    {
        var samples = Pattern.Bytes(0, 4000);
        var hex = Convert.ToHexString(samples);
        byte[] head = [.. new Wav().Fmt(s_stereo).Data([]).ToArray()];
        Assert.Equal((s_stereo, Reason.Completed, ""), Read([head]));
        Assert.Equal((s_stereo, Reason.Completed, ""), Read([new Wav().Fmt(s_stereo).Data([]).Chunk("LIST", new byte[100]).Chunk("abcd", [1, 2]).ToArray()]));
        Assert.Equal((s_stereo, Reason.Completed, ""), Read([[.. head, .. "TAG"u8, .. new byte[125]]]));
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([[.. head, .. samples]]));
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Fmt(s_stereo).Data(samples, 0).ToArray()]));
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Fmt(s_stereo).Data(samples, 0).Chunk("LIST", new byte[100]).ToArray(riffSize: (uint)(head.Length - 8 + samples.Length))]));
    }

    // Of zeros, fed in pieces: nobody has to hold what is more than 2 GiB long. Sox says 0x7FFFF000 of whatever it writes to a pipe.
    [FullTheory]
    [InlineData(0x7FFFF000u, true)]
    [InlineData(0x80000000u, true)]
    [InlineData(0x80000000u, false)]
    [InlineData(0x7FFFF001u, true)]
    [Requirement("AUD-5.1")]
    public void Samples_of_two_GiB_end_where_a_chunk_follows_and_go_on_where_none_does(uint size, bool chunkFollows)
    {
        const int Behind = 4000;
        var format = new AudioFormat(AudioEncoding.S16, 64, 48_000);
        byte[] more = chunkFollows ? [.. size % 2 == 1 ? [(byte)0] : Array.Empty<byte>(), .. "LIST"u8, .. BitConverter.GetBytes(Behind), .. new byte[Behind]] : new byte[Behind];
        var head = new Wav().Fmt(format).Data([], size).ToArray(riffSize: (uint)(36 + size + (chunkFollows ? more.Length : 0)));
        var reader = new WavReader();
        var zeros = new byte[1 << 20];
        var destination = new byte[1 << 20];
        var written = Drain(reader, head, destination);
        for (long left = size; left > 0; left -= zeros.Length)
        {
            written += Drain(reader, zeros.AsSpan(0, (int)Math.Min(left, zeros.Length)), destination);
        }

        written += Drain(reader, more, destination);
        reader.Finish();
        var expected = size + (chunkFollows ? 0L : more.Length);
        Assert.Equal((Reason.Completed, expected - (expected % format.BytesPerFrame)), (reader.Ended, written));
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void The_padding_byte_may_be_anything()
    {
        var samples = Pattern.Bytes(0, 40);
        var hex = Convert.ToHexString(samples);
        foreach (var pad in (byte[])[0, 0xFF, .. "dfLA "u8])
        {
            var file = new Wav().Chunk("note", [1, 2, 3, pad], size: 3).Fmt(s_stereo).Chunk("LIST", [1, pad], size: 1).Chunk("_odd", [5, pad], size: 1).Data(samples).ToArray();
            Assert.Equal((s_stereo, Reason.Completed, hex), Read([file]));
            Assert.Equal((s_stereo, Reason.Completed, hex), Read(file.Select(static one => new[] { one })));
        }
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void A_tag_of_a_music_player_in_front_is_skipped()
    {
        var samples = Pattern.Bytes(0, 40);
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 2, .. new byte[130]]; // 7 bits in each byte of its size
        byte[] footed = [.. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 3, .. new byte[13]];
        byte[] file = [.. tag, .. footed, .. "ID3"u8, 3, 0, 0, 0, 0, 0, 0, .. Wav.Of(s_stereo, samples)];
        Assert.Equal((s_stereo, Reason.Completed, Convert.ToHexString(samples)), Read([file]));
        Assert.Equal((s_stereo, Reason.Completed, Convert.ToHexString(samples)), Read(file.Select(static one => new[] { one })));
        Assert.Equal(Reason.MalformedContainer, Read([tag]).Ended);
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Odd_chunks_are_read_with_and_without_their_padding()
    {
        var samples = Pattern.Bytes(0, 40);
        var hex = Convert.ToHexString(samples);
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Chunk("LIST", [1, 2, 3]).Fmt(s_stereo).Data(samples).ToArray()]));
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Chunk("LIST", [1, 2, 3], pads: false).Fmt(s_stereo).Data(samples).ToArray()]));
        Assert.Equal((s_stereo, Reason.Completed, hex), Read([new Wav().Chunk("JUNK", []).Fmt(s_stereo).Data(samples).ToArray()]));
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Long_files_say_their_size_in_a_chunk_of_its_own()
    {
        var samples = Pattern.Bytes(0, 40);
        var ds64 = new byte[28];
        BitConverter.GetBytes(40L).CopyTo(ds64, 8);
        var file = new Wav().Chunk("ds64", ds64).Fmt(s_stereo).Data(samples, uint.MaxValue).Chunk("LIST", [1, 2, 3, 4]).ToArray("RF64");
        Assert.Equal((s_stereo, Reason.Completed, Convert.ToHexString(samples)), Read([file]));

        // Written to a pipe: nobody went back for the sizes.
        var unknown = new Wav().Chunk("ds64", new byte[28]).Fmt(s_stereo).Data(samples, uint.MaxValue).ToArray("RF64");
        Assert.Equal((s_stereo, Reason.Completed, Convert.ToHexString(samples)), Read([unknown]));
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void What_is_no_wav_or_has_no_samples_is_malformed()
    {
        Assert.Equal(Reason.MalformedContainer, Read(["hello, this is no wave file"u8.ToArray()]).Ended);
        Assert.Equal(Reason.MalformedContainer, Read([new Wav().Fmt(s_stereo).ToArray()]).Ended);
        Assert.Equal(Reason.MalformedContainer, Read([new Wav().Data([1, 2]).Fmt(s_stereo).ToArray()]).Ended);
        Assert.Equal(Reason.MalformedContainer, Read([new Wav().Chunk("LIST", [1], size: 4_000_000_000).Fmt(s_stereo).ToArray()]).Ended);
        Assert.Equal(Reason.MalformedContainer, Read([[]]).Ended);
        Assert.Equal(Reason.UnsupportedFormat, Read([new Wav().Fmt(s_stereo, tag: 6).Data([1, 2]).ToArray()]).Ended); // A-law
        Assert.Equal(Reason.UnsupportedFormat, Read([new Wav().Fmt(s_stereo with { Channels = 0 }).Data([1, 2]).ToArray()]).Ended);
    }

    [Fact]
    public void Noise_never_throws()
    {
        var rng = new Rng(11);
        var good = new Wav().Chunk("LIST", [1, 2, 3]).Fmt(s_stereo, extensible: true).Data(Pattern.Bytes(0, 200)).ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var file = (byte[])good.Clone();
            for (var wrong = rng.Below(10); wrong > 0; wrong--)
            {
                file[rng.Below(file.Length)] = (byte)rng.Below(256);
            }

            var (_, ended, samples) = Read([file]);
            Assert.NotEqual(Reason.None, ended);
            Assert.True(samples.Length <= 2 * file.Length);
        }
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public void Raw_samples_come_out_in_whole_frames_however_they_are_cut()
    {
        var format = new AudioFormat(AudioEncoding.S24, 2, 48_000);
        var bytes = Pattern.Bytes(0, 6 * 30);
        for (var piece = 1; piece < 20; piece++)
        {
            var reader = new PcmReader(format);
            var all = new List<byte>();
            foreach (var part in bytes.Append((byte)1).Chunk(piece)) // and a part of a frame at the end
            {
                Drain(reader, part, all, room: 13);
            }

            reader.Finish();
            Assert.Equal(bytes, all);
        }
    }

    private static (AudioFormat Format, Reason Ended, string Samples) Read(IEnumerable<byte[]> pieces)
    {
        var reader = new WavReader();
        var samples = new List<byte>();
        foreach (var piece in pieces)
        {
            Drain(reader, piece, samples, room: 300);
        }

        reader.Finish();
        return (reader.Format, reader.Ended, Convert.ToHexString(samples.ToArray()));
    }

    private static long Drain(WavReader reader, ReadOnlySpan<byte> input, byte[] destination)
    {
        var written = 0L;
        while (!input.IsEmpty && reader.Ended == Reason.None)
        {
            written += reader.Read(ref input, destination);
        }

        return written;
    }

    private static void Drain(IPcmReader reader, byte[] piece, List<byte> into, int room)
    {
        var destination = new byte[room];
        ReadOnlySpan<byte> input = piece;
        while (!input.IsEmpty && reader.Ended == Reason.None)
        {
            var written = reader.Read(ref input, destination);
            if (reader.Format.IsValid)
            {
                Assert.Equal(0, written % reader.Format.BytesPerFrame);
            }

            into.AddRange(destination.AsSpan(0, written));
        }
    }
}
