using Microsoft.Extensions.Logging.Abstractions;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Stations whose source is a named pipe.</summary>
public sealed class NamedPipeTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly AudioFormat s_mono = new(AudioEncoding.S16, 1, 8000);

    private readonly TemporaryFolder _folder = new();

    [ToolFact("mkfifo")]
    [Requirement("AUD-5.1", "AUD-5.3")]
    public async Task A_writer_may_come_and_go_and_come_again_and_the_station_is_off_the_air_in_between()
    {
        var pipe = await MakeAsync("studio.wav");
        await using var server = await RunningServer.StartAsync($"audio.stations=studio={pipe}", "audio.lagMax=5m", "audio.offAirAfter=100ms");
        using var listener = await ListenAsync(server, "studio");
        var expected = new List<byte>();
        for (var writer = 1; writer <= 3; writer++)
        {
            var samples = Sound.Sweep(4000 * writer); // half a second, and more each time
            expected.AddRange(samples);
            await WriteAsync(pipe, Sound.Wav(s_mono, samples));
            await Until.HoldsAsync(() => listener.Samples.Length >= expected.Count, s_patience, $"all of writer {writer} is heard");
            await Until.HoldsAsync(() => listener.Notices.Count(static notice => notice.Kind == NoticeKind.OffAir) == writer + 1, s_patience, "the station is off the air");
        }

        Assert.Equal(expected, listener.Samples);
        Assert.Equal((s_mono, "studio"), (listener.Heard, listener.Playing));
        Assert.Contains($"waits for somebody to write to the named pipe {pipe}", server.Lines, StringComparison.Ordinal);
    }

    [ToolFact("mkfifo")]
    public async Task A_writer_that_makes_no_sense_is_told_and_the_next_one_is_heard()
    {
        var pipe = await MakeAsync("studio");
        await using var server = await RunningServer.StartAsync($"audio.stations=studio={pipe}", "audio.lagMax=5m");
        using var listener = await ListenAsync(server, "studio");
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(pipe, new byte[1 << 20])); // a broken pipe: it is more than fits
        await Until.HoldsAsync(() => server.Lines.Contains("[malformed_container]", StringComparison.Ordinal), s_patience, "the log says why");
        var samples = Sound.Sweep(4000);
        await WriteAsync(pipe, Sound.Wav(s_mono, samples));
        await Until.HoldsAsync(() => listener.Samples.Length >= samples.Length, s_patience, "the next writer is heard");
        Assert.Equal(samples, listener.Samples);
    }

    [ToolFact("mkfifo")]
    public async Task Without_a_loop_the_first_writers_end_is_the_stations()
    {
        var pipe = await MakeAsync("once");
        await using var server = await RunningServer.StartAsync($"audio.stations=once[loop=false;raw=s16/8000/1]={pipe}", "audio.lagMax=5m");
        using var listener = await ListenAsync(server, "once");
        var samples = Sound.Sweep(3001);
        await WriteAsync(pipe, samples);
        await listener.Ended.WaitAsync(s_patience);
        Assert.Equal(Reason.StreamEnded, listener.Session?.PeerReason);
        Assert.Equal(samples, listener.Samples);
    }

    [ToolFact("mkfifo")]
    [Requirement("AUD-5.3")]
    public async Task A_worker_ends_at_once_while_nobody_writes_and_while_a_writer_is_silent()
    {
        var pipe = await MakeAsync("silent");
        foreach (var raw in new AudioFormat?[] { null, s_mono })
        {
            await StopAsync(pipe, raw);
            var writer = OpenAsync(pipe);
            await StopAsync(pipe, raw, writer);
            await using var opened = await writer;
        }
    }

    // /dev/ptmx is a terminal that nobody types at: reading it as a playlist waits for ever.
    [ToolFact("mkfifo")]
    public async Task A_source_that_hangs_in_the_system_is_left_behind()
    {
        var list = Path.Combine(_folder.Path, "list.m3u");
        File.CreateSymbolicLink(list, "/dev/ptmx");
        await StopAsync(list, null);
    }

    // To open a pipe lets in a writer that waits: what it writes before the pipe is opened to be read would be gone, or the pipe broken.
    [ToolFact("mkfifo")]
    [Requirement("AUD-5.1")]
    public async Task To_look_at_a_source_loses_nothing_of_what_a_writer_that_waits_has_to_say()
    {
        var pipe = await MakeAsync("studio");
        for (var round = 0; round < 10; round++)
        {
            var writing = WriteAsync(pipe, [1, 2, 3, 4]);
            // Long enough for the writer to begin: it would write into a pipe that nobody reads.
            for (var look = 0; look < 5000; look++)
            {
                Assert.Equal(pipe, Assert.Single(TrackList.Of(pipe).Tracks).Path);
            }

            var buffer = new byte[8];
            await using var reader = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0)).WaitAsync(s_patience);
            Assert.Equal(4, await reader.ReadAsync(buffer).AsTask().WaitAsync(s_patience));
            await writing;
        }
    }

    [ToolFact("mkfifo")]
    public async Task Files_folders_devices_and_what_is_not_there_are_no_named_pipes()
    {
        Assert.Null(NamedPipe.TryOpen(_folder.Write("file", "text")));
        Assert.Null(NamedPipe.TryOpen(_folder.Path));
        Assert.Null(NamedPipe.TryOpen(Path.Combine(_folder.Path, "missing")));
        Assert.Null(NamedPipe.TryOpen("/dev/null"));
        Assert.Null(NamedPipe.TryOpen("/dev/ptmx"));
        Assert.All([_folder.Path, Path.Combine(_folder.Path, "file"), Path.Combine(_folder.Path, "missing"), "/dev/null", "/dev/ptmx"], static path => Assert.False(NamedPipe.IsAt(path)));
        var made = await MakeAsync("pipe");
        Assert.True(NamedPipe.IsAt(made));
        using var pipe = NamedPipe.TryOpen(made);
        Assert.NotNull(pipe);
    }

    public void Dispose() => _folder.Dispose();

    // It is there, and has heard that there is nothing to hear, before anybody writes: it asks for nothing of the past.
    private static async Task<TestListener> ListenAsync(RunningServer server, string station)
    {
        var listener = await TestListener.ConnectAsync(server.Server.Audio ?? throw new InvalidOperationException("Audio is off."), station, TimeSpan.Zero);
        await Until.HoldsAsync(() => listener.Notices.Any(static notice => notice.Kind == NoticeKind.OffAir), s_patience, "the listener has its seat");
        return listener;
    }

    // Starts to read and stops again; with a writer, when it has opened the pipe.
    private static async Task StopAsync(string source, AudioFormat? raw, Task<FileStream>? writer = null)
    {
        var worker = new SourceWorker("test", source, loop: true, raw, NullLogger.Instance, TimeProvider.System);
        worker.Start();
        if (writer is not null)
        {
            await writer.WaitAsync(s_patience);
        }

        worker.Queue.Dispose();
        await worker.DisposeAsync().AsTask().WaitAsync(s_patience);
    }

    private Task<string> MakeAsync(string name) => Fifo.MakeAsync(Path.Combine(_folder.Path, name));

    // That waits for a reader.
    private static Task<FileStream> OpenAsync(string pipe) =>
        Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));

    private static async Task WriteAsync(string pipe, byte[] bytes)
    {
        await using var writer = await OpenAsync(pipe).WaitAsync(s_patience);
        await writer.WriteAsync(bytes).AsTask().WaitAsync(s_patience);
    }
}
