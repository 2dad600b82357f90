using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Files of all kinds, as ffmpeg makes them, against what ffmpeg decodes them to.</summary>
public sealed class SoundFileTests : IDisposable
{
    // A tone of 200 Hz over two seconds, half as loud again as 16 bits can say, on two channels of which the second is quiet.
    private const string Loud = "aevalsrc='1.5*sin(2*PI*200*t)|0.1*sin(2*PI*300*t)':s=48000:d=2";

    // From one sample of that tone to the next, at most: some 1300; what wraps jumps by 65536.
    private const int StepMax = 10_000;

    // Decoders of ADPCM round in their own ways.
    private const int AdpcmOffMax = 64;

    private readonly TemporaryFolder _folder = new();

    [SndfileFact]
    [Requirement("AUD-5.1", "AUD-5.6")]
    public async Task Float_files_come_out_bit_for_bit_and_never_silent()
    {
        foreach (var (name, codec) in new[] { ("f.caf", "pcm_f32le"), ("f.aiff", "pcm_f32be"), ("f.au", "pcm_f32be"), ("f.wav", "pcm_f32le"), ("d.caf", "pcm_f64le"), ("d.au", "pcm_f64be"), ("d.wav", "pcm_f64le") })
        {
            var path = Make(name, "-c:a", codec);
            var played = await PlayedSource.OfAsync(path);
            Assert.Equal(new AudioFormat(AudioEncoding.F32, 2, 48_000), played.Format);
            Assert.True(Sound.Decode(path, "f32le").AsSpan().SequenceEqual(played.Samples), name);
            Assert.True(MemoryMarshal.Cast<byte, float>(played.Samples).ToArray().Max() > 1.4f, $"{name} is as loud as it was made");
        }
    }

    [SndfileFact]
    [Requirement("AUD-5.1")]
    public async Task Loud_lossy_sound_is_clipped_and_never_wraps()
    {
        foreach (var (name, codec) in new[] { ("l.ogg", "libvorbis"), ("l.opus", "libopus"), ("l.mp3", "libmp3lame") })
        {
            var played = await PlayedSource.OfAsync(Make(name, "-c:a", codec, "-b:a", "192k"));
            Assert.Equal(new AudioFormat(AudioEncoding.S16, 2, 48_000), played.Format);
            var left = MemoryMarshal.Cast<byte, short>(played.Samples).ToArray().Where(static (_, i) => i % 2 == 0).ToArray();
            Assert.InRange(left.Count(static one => one == short.MaxValue), 1000, left.Length);
            Assert.InRange(left.Count(static one => one == short.MinValue), 1000, left.Length);
            Assert.InRange(left.Zip(left.Skip(1), static (one, next) => Math.Abs(next - one)).Max(), 1, StepMax);
        }
    }

    [SndfileFact]
    [Requirement("AUD-5.1", "AUD-5.6")]
    public async Task Integers_come_out_byte_for_byte_whatever_holds_them()
    {
        foreach (var (name, codec, form, encoding) in new[]
        {
            ("i.flac", "flac", "s32le", AudioEncoding.S32), ("i.caf", "pcm_s16le", "s16le", AudioEncoding.S16), ("i.aiff", "pcm_s24be", "s32le", AudioEncoding.S32),
            ("i.au", "pcm_s32be", "s32le", AudioEncoding.S32), ("i.wav", "pcm_s32le", "s32le", AudioEncoding.S32), ("u.au", "pcm_mulaw", "s16le", AudioEncoding.S16),
        })
        {
            var path = Make(name, "-c:a", codec);
            var played = await PlayedSource.OfAsync(path);
            Assert.Equal(encoding, played.Format.Encoding);
            Assert.True(Sound.Decode(path, form).AsSpan().SequenceEqual(played.Samples), name);
        }
    }

    [SndfileFact]
    [Requirement("AUD-5.1")]
    public async Task A_files_bytes_choose_its_reader_and_its_name_does_not()
    {
        foreach (var (name, codec, container) in new[]
        {
            ("alaw.wav", "pcm_alaw", "wav"), ("mulaw.wav", "pcm_mulaw", "wav"), ("ima.wav", "adpcm_ima_wav", "wav"), ("ms.wav", "adpcm_ms", "wav"), ("flac.wav", "flac", "flac"), ("wav.mp3", "pcm_s16le", "wav"),
            ("caf.au", "pcm_s16le", "caf"), ("none", "pcm_s16le", "wav"), ("flac.pcm", "flac", "flac"), ("wav.m4a", "pcm_s16le", "wav"),
        })
        {
            var path = Make(name, ["-c:a", codec, .. codec == "flac" ? ["-sample_fmt", "s16"] : Array.Empty<string>(), "-f", container]);
            var played = await PlayedSource.OfAsync(path);
            Assert.Equal(Reason.Completed, played.Ended);
            var expected = Sound.Decode(path, "s16le");
            Assert.Equal(expected.Length, played.Samples.Length);
            var off = MemoryMarshal.Cast<byte, short>(expected).ToArray().Zip(MemoryMarshal.Cast<byte, short>(played.Samples).ToArray(), static (one, other) => Math.Abs(one - other)).Max();
            Assert.InRange(off, 0, codec.StartsWith("adpcm", StringComparison.Ordinal) ? AdpcmOffMax : 0);
        }

        // An MP3 is decoded by another program to other last bits, and with another beginning.
        var mp3 = await PlayedSource.OfAsync(Make("mp3.wav", "-c:a", "libmp3lame", "-f", "mp3"));
        Assert.InRange(mp3.Samples.Length, 2 * 48_000 * 4, 2.2 * 48_000 * 4);
    }

    [SndfileFact]
    [Requirement("AUD-5.1")]
    public async Task Tags_of_a_music_player_in_front_of_any_file_are_skipped()
    {
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, .. new byte[128]];
        foreach (var (name, codec) in new[] { ("t.wav", "pcm_s16le"), ("t24.wav", "pcm_s24le"), ("a.wav", "pcm_alaw") })
        {
            var path = Make(name, "-c:a", codec);
            var alone = await PlayedSource.OfAsync(path);
            await File.WriteAllBytesAsync(path, [.. tag, .. await File.ReadAllBytesAsync(path)]);
            var tagged = await PlayedSource.OfAsync(path);
            Assert.Equal((alone.Format, alone.Ended), (tagged.Format, tagged.Ended));
            Assert.True(alone.Samples.AsSpan().SequenceEqual(tagged.Samples), name);
        }
    }

    // Recorded radio is such a chain: a link for each title, of any format.
    [SndfileFact]
    [Requirement("AUD-5.1")]
    public async Task All_links_of_a_chained_ogg_are_played_with_their_titles_and_formats()
    {
        string[] links =
        [
            Make("one.ogg", "-c:a", "libvorbis", "-metadata", "title=One"), Make("two.ogg", "-c:a", "libvorbis", "-ar", "22050", "-ac", "1", "-metadata", "title=Two"),
            Make("three.opus", "-c:a", "libopus", "-metadata", "title=Three"), Make("four.ogg", "-c:a", "libvorbis", "-metadata", "title=Four"),
        ];
        var alone = new List<PlayedSource>();
        foreach (var link in links)
        {
            alone.Add(await PlayedSource.OfAsync(link));
        }

        var chain = Path.Combine(_folder.Path, "chain.ogg");
        await File.WriteAllBytesAsync(chain, [.. links.SelectMany(File.ReadAllBytes)]);
        var played = await PlayedSource.OfAsync(chain);
        Assert.Equal(Reason.Completed, played.Ended);
        Assert.Equal(["One", "Two", "Three", "Four"], played.Titles);
        Assert.Equal(alone.Select(static one => one.Format), played.Parts.Select(static part => part.Format));
        foreach (var (one, part) in alone.Zip(played.Parts))
        {
            Assert.True(one.Samples.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(part.Samples)), part.Title);
        }
    }

    [SndfileFact]
    public async Task A_link_that_cannot_be_played_is_told_and_those_behind_it_are_heard()
    {
        var (one, two) = (Make("one.ogg", "-c:a", "libvorbis", "-metadata", "title=One"), Make("two.ogg", "-c:a", "libvorbis", "-metadata", "title=Two"));
        byte[] foreign = [.. "OggS"u8, 0, 2, .. new byte[8], 9, 9, 9, 9, .. new byte[8], 1, 20, .. "nothing of any codec"u8];
        var chain = Path.Combine(_folder.Path, "chain.ogg");
        await File.WriteAllBytesAsync(chain, [.. await File.ReadAllBytesAsync(one), .. foreign, .. "OggS"u8, 0, 0, .. new byte[21], 0, .. await File.ReadAllBytesAsync(two)]);
        var played = await PlayedSource.OfAsync(chain);
        Assert.Equal(["One", "Two"], played.Titles);
        Assert.Equal((Reason.Completed, Reason.UnsupportedFormat), (played.Ended, played.Condition.Why));
        Assert.Contains("chain.ogg: a media format that is not supported here: a part of it", played.Condition.Problem, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public async Task Raw_samples_have_no_beginning_to_look_at()
    {
        var samples = new byte[4000];
        "RIFF"u8.CopyTo(samples);
        BinaryPrimitives.WriteInt32LittleEndian(samples.AsSpan(4), 1);
        var path = Path.Combine(_folder.Path, "sweep.wav");
        await File.WriteAllBytesAsync(path, samples);
        Assert.Equal(samples, (await PlayedSource.OfAsync(path, new AudioFormat(AudioEncoding.S16, 1, 8000))).Samples);
    }

    public void Dispose() => _folder.Dispose();

    private string Make(string name, params string[] arguments)
    {
        var source = Path.Combine(_folder.Path, "loud.caf");
        if (!File.Exists(source))
        {
            Sound.Make(Loud, source);
        }

        return Sound.Encode(source, name, ["-bitexact", .. arguments]);
    }
}
