using Microsoft.Extensions.Logging.Abstractions;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

public sealed class SourceWorkerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly AudioFormat s_mono = new(AudioEncoding.S16, 1, 48_000);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("AUD-5.1/wav")]
    public async Task A_wav_file_comes_out_sample_for_sample()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var heard = await PlayedSource.OfAsync(path);
        Assert.Equal((format, "speech", Reason.Completed), (heard.Format, heard.Titles.Single(), heard.Ended));
        Assert.Equal(samples, heard.Samples);
    }

    [Fact]
    [Requirement("AUD-5.1/raw")]
    public async Task Raw_samples_come_out_as_they_are()
    {
        var samples = Sound.Sweep(10_000);
        var path = Path.Combine(_folder.Path, "sweep.pcm");
        await File.WriteAllBytesAsync(path, samples);
        Assert.Equal(samples, (await PlayedSource.OfAsync(path, s_mono)).Samples);
    }

    [Fact]
    public async Task A_folder_is_played_by_name_and_a_playlist_in_its_order()
    {
        foreach (var name in new[] { "b", "a", "c" })
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder.Path, name + ".wav"), Sound.Wav(s_mono, Sound.Sweep(100)));
        }

        _folder.Write("notes.txt", "no sound");
        var list = _folder.Write("list.m3u", "#EXTM3U\r\n#EXTINF:1,C\r\nc.wav\r\n\r\nmissing.wav\r\na.wav\r\n");
        Assert.Equal(["a", "b", "c"], (await PlayedSource.OfAsync(_folder.Path)).Titles);
        var heard = await PlayedSource.OfAsync(list);
        Assert.Equal(["C", "a"], heard.Titles); // as the playlist calls it, or else the file
        Assert.Equal(Reason.Completed, heard.Ended);
    }

    [Fact]
    public async Task What_cannot_be_played_ends_with_its_reason()
    {
        Assert.Equal(Reason.StorageFault, (await PlayedSource.OfAsync(Path.Combine(_folder.Path, "missing.wav"))).Ended);
        Assert.Equal(Sndfile.Library is null ? Reason.LibraryMissing : Reason.UnsupportedFormat, (await PlayedSource.OfAsync(_folder.Write("text.wav", "this is no wave file at all"))).Ended);
        Assert.Equal(Reason.MalformedContainer, (await PlayedSource.OfAsync(_folder.Write("cut.wav", "RIFF\0\0\0\0WAVEfmt "))).Ended);
        Assert.Equal(Reason.NoAudio, (await PlayedSource.OfAsync(Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName)).Ended);
    }

    [Fact]
    public async Task A_file_that_appears_later_is_found()
    {
        var path = Path.Combine(_folder.Path, "late.wav");
        await using var worker = new SourceWorker("test", path, loop: true, null, NullLogger.Instance, TimeProvider.System);
        using var reader = new PlayedSource.Reader(worker.Queue);
        worker.Start();
        await File.WriteAllBytesAsync(path + ".new", Sound.Wav(s_mono, Sound.Sweep(100)));
        File.Move(path + ".new", path);
        await Until.HoldsAsync(() => worker.Queue.IsReady, s_patience, "the file is found");
    }

    [Fact]
    [Requirement("AUD-5.3")]
    public async Task It_reads_ahead_no_further_than_its_buffer_and_ends_when_nobody_reads()
    {
        var path = Path.Combine(_folder.Path, "long.wav");
        await File.WriteAllBytesAsync(path, Sound.Wav(s_mono, new byte[4 << 20]));
        var worker = new SourceWorker("test", path, loop: true, null, NullLogger.Instance, TimeProvider.System);
        worker.Queue.Bind(new PlayedSource.Reader(worker.Queue));
        worker.Start();
        await Until.HoldsAsync(() => worker.Queue.Held == 1 << 20, s_patience, "the buffer is full");
        worker.Queue.Dispose();
        await worker.DisposeAsync();
    }

    [SndfileFact]
    [Requirement("AUD-5.1/codecs")]
    public async Task Flac_comes_out_sample_for_sample_and_lossy_codecs_in_full_length()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var flac = await PlayedSource.OfAsync(Sound.Encode(path, "speech.flac", "-c:a", "flac", "-metadata", "title=Front", "-metadata", "artist=Centre"));
        Assert.Equal((format, "Centre - Front"), (flac.Format, flac.Titles.Single()));
        Assert.Equal(samples, flac.Samples);
        foreach (var (name, codec, rate) in new[] { ("s.mp3", "libmp3lame", "48000"), ("s.ogg", "libvorbis", "48000"), ("s.opus", "libopus", "48000") })
        {
            var lossy = await PlayedSource.OfAsync(Sound.Encode(path, name, "-c:a", codec, "-ar", rate));
            Assert.Equal((AudioEncoding.S16, 48_000), (lossy.Format.Encoding, lossy.Format.Rate));
            Assert.InRange(lossy.Samples.Length / lossy.Format.BytesPerFrame, samples.Length / format.BytesPerFrame * 0.95, samples.Length / format.BytesPerFrame * 1.1);
        }

        var wide = await PlayedSource.OfAsync(Sound.Encode(path, "wide.flac", "-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"));
        Assert.Equal(AudioEncoding.S32, wide.Format.Encoding);
    }

    public void Dispose() => _folder.Dispose();
}
