using System.Diagnostics;
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
    [Requirement("AUD-5.1")]
    public async Task A_wav_file_comes_out_sample_for_sample()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var heard = await PlayAsync(path);
        Assert.Equal((format, "speech", Reason.Completed), (heard.Format, heard.Titles.Single(), heard.Ended));
        Assert.Equal(samples, heard.Samples);
    }

    [Fact]
    [Requirement("AUD-5.1")]
    public async Task Raw_samples_come_out_as_they_are()
    {
        var samples = Sound.Sweep(10_000);
        var path = Path.Combine(_folder.Path, "sweep.pcm");
        await File.WriteAllBytesAsync(path, samples);
        Assert.Equal(samples, (await PlayAsync(path, s_mono)).Samples);
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
        Assert.Equal(["a", "b", "c"], (await PlayAsync(_folder.Path)).Titles);
        var heard = await PlayAsync(list);
        Assert.Equal(["c", "a"], heard.Titles);
        Assert.Equal(Reason.Completed, heard.Ended);
    }

    [Fact]
    public async Task What_cannot_be_played_ends_with_its_reason()
    {
        Assert.Equal(Reason.StorageFault, (await PlayAsync(Path.Combine(_folder.Path, "missing.wav"))).Ended);
        Assert.Equal(Reason.MalformedContainer, (await PlayAsync(_folder.Write("text.wav", "this is no wave file at all"))).Ended);
        Assert.Equal(Reason.StorageFault, (await PlayAsync(Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName)).Ended);
    }

    [Fact]
    public async Task A_file_that_appears_later_is_found()
    {
        var path = Path.Combine(_folder.Path, "late.wav");
        await using var worker = new SourceWorker("test", path, loop: true, null, NullLogger.Instance, TimeProvider.System);
        using var reader = new Reader(worker.Queue);
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
        worker.Queue.Bind(new Reader(worker.Queue));
        worker.Start();
        await Until.HoldsAsync(() => worker.Queue.Held == 1 << 20, s_patience, "the buffer is full");
        worker.Queue.Dispose();
        await worker.DisposeAsync();
    }

    [SndfileFact]
    [Requirement("AUD-5.1")]
    public async Task Flac_comes_out_sample_for_sample_and_lossy_codecs_in_full_length()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var flac = await PlayAsync(Encode(path, "speech.flac", "-c:a", "flac", "-metadata", "title=Front", "-metadata", "artist=Centre"));
        Assert.Equal((format, "Centre - Front"), (flac.Format, flac.Titles.Single()));
        Assert.Equal(samples, flac.Samples);
        foreach (var (name, codec, rate) in new[] { ("s.mp3", "libmp3lame", "48000"), ("s.ogg", "libvorbis", "48000"), ("s.opus", "libopus", "48000") })
        {
            var lossy = await PlayAsync(Encode(path, name, "-c:a", codec, "-ar", rate));
            Assert.Equal((AudioEncoding.S16, 48_000), (lossy.Format.Encoding, lossy.Format.Rate));
            Assert.InRange(lossy.Samples.Length / lossy.Format.BytesPerFrame, samples.Length / format.BytesPerFrame * 0.95, samples.Length / format.BytesPerFrame * 1.1);
        }

        var wide = await PlayAsync(Encode(path, "wide.flac", "-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"));
        Assert.Equal(AudioEncoding.S32, wide.Format.Encoding);
    }

    public void Dispose() => _folder.Dispose();

    private string Encode(string input, string name, params string[] arguments)
    {
        var output = Path.Combine(_folder.Path, name);
        using var process = Process.Start(new ProcessStartInfo(
            Tools.Require("ffmpeg"), ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", input, .. arguments, output]))
            ?? throw new InvalidOperationException("ffmpeg did not start.");
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static async Task<Played> PlayAsync(string source, AudioFormat? raw = null)
    {
        await using var worker = new SourceWorker("test", source, loop: false, raw, NullLogger.Instance, TimeProvider.System);
        using var reader = new Reader(worker.Queue);
        worker.Start();
        return await reader.ReadAllAsync(s_patience);
    }

    private sealed record Played(AudioFormat Format, IReadOnlyList<string> Titles, byte[] Samples, Reason Ended);

    private sealed class Reader : IMailbox, IDisposable
    {
        private readonly ReadAheadQueue _queue;
        private readonly SemaphoreSlim _more = new(0);

        public Reader(ReadAheadQueue queue)
        {
            _queue = queue;
            queue.Bind(this);
        }

        public async Task<Played> ReadAllAsync(TimeSpan patience)
        {
            var titles = new List<string>();
            var samples = new List<byte>();
            var buffer = new byte[5000];
            while (true)
            {
                switch (_queue.Read(buffer, Instant.Zero, out var bytes))
                {
                    case SourceStatus.Data:
                        samples.AddRange(buffer.AsSpan(0, bytes));
                        break;
                    case SourceStatus.Changed:
                        titles.Add(_queue.Title);
                        break;
                    case SourceStatus.Starved:
                        Assert.True(await _more.WaitAsync(patience), "the worker goes on");
                        break;
                    default:
                        return new Played(_queue.Format, titles, [.. samples], _queue.Ended);
                }
            }
        }

        public void Wake() => _more.Release();

        public bool Post(in Command command) => false;

        public void Dispose()
        {
            _queue.Dispose();
            _more.Dispose();
        }
    }
}
