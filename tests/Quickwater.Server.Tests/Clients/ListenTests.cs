using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Quickwater.Audio;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The audio client against a whole server, over real sockets.</summary>
public sealed class ListenTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly BackoffOptions Fast = new() { First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromMilliseconds(500) };
    private static readonly AudioFormat Format = new(AudioEncoding.S16, 1, 8000);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _late = new(Patience);

    [ToolFact("mkfifo")]
    [Requirement("AUD-3.1/library", "AUD-5.6")]
    public async Task A_source_that_ends_is_recorded_as_the_same_file_byte_for_byte()
    {
        var wav = Sound.Wav(Format, Sound.Sweep(20_001));
        var source = await PipeAsync();
        await using var server = await ServeAsync($"speech[loop=false]={source}");
        var copy = Path.Combine(_folder.Path, "copy.wav");
        using (var recorder = new WavRecorder(File.Create(copy)))
        {
            var recording = recorder.RunAsync(Address(server), new AudioListenerOptions(), _late.Token);
            await Until.HoldsAsync(() => recorder.Received.Stats is not null, Patience, "it listens before the source begins");
            await File.WriteAllBytesAsync(source, wav);
            Assert.Equal(Reason.StreamEnded, (await recording).Why);
            Assert.Equal((20_001 * 2, 0), (recorder.Received.Bytes, recorder.Received.Stats?.Missing));
        }

        Assert.Equal(wav, await File.ReadAllBytesAsync(copy));
    }

    [Fact]
    [Requirement("AUD-3.2/restart")]
    public async Task A_listener_survives_a_server_that_comes_back_on_one_time_line()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        var server = await ServeAsync($"speech={path}", "audio.listen=127.0.7.2:0"); // nobody else takes its port while it is away
        var address = server.Server.Audio;
        var retries = new ConcurrentQueue<RetryNotice>();
        var notices = new ConcurrentQueue<Notice>();
        await using var listener = await AudioListener.ConnectAsync(
            Address(server), new AudioListenerOptions { Reconnect = Fast, Retrying = retries.Enqueue, Noticed = notices.Enqueue }, _late.Token);
        await using var chunks = listener.ReadAllAsync(_late.Token).GetAsyncEnumerator(_late.Token);
        var before = await TakeAsync(chunks, 20, static _ => true);

        await server.DisposeAsync();
        await using var again = await ServeAsync($"speech={path}", $"audio.listen={address}");
        var (latest, resumed) = (before[^1].Sequence, false);
        var after = await TakeAsync(chunks, 20, chunk =>
        {
            resumed |= chunk.Sequence != latest + 1; // the new server counts from 0, and nothing is missing
            latest = chunk.Sequence;
            return resumed;
        });

        var all = before.Concat(after).ToList();
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.First.Time <= pair.Second.Time));
        Assert.All(all, chunk => Assert.True(chunk.Samples.Span.SequenceEqual(Round(samples, chunk.Sequence * 960 * format.BytesPerFrame, chunk.Samples.Length))));
        Assert.All(all, chunk => Assert.Equal((format, "speech", 0), (chunk.Format, chunk.Title, chunk.Missing)));
        Assert.Equal([NoticeKind.Draining, NoticeKind.Closing], notices.Select(static notice => notice.Kind));
        Assert.Equal("drained", retries.First().Failure.Code);
        Assert.False(listener.Ended.IsCompleted);
    }

    [Fact]
    [Requirement("AUD-3.2/backoff")]
    public async Task A_server_that_drops_every_connection_is_asked_ever_less_often()
    {
        const int Attempts = 6;
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var retries = new ConcurrentQueue<RetryNotice>();
        var backoff = new BackoffOptions { First = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(100), Jitter = 0 };
        var connecting = AudioListener.ConnectAsync($"{server.LocalEndpoint}/speech", new AudioListenerOptions { Reconnect = backoff, Retrying = retries.Enqueue }, _late.Token);
        for (var i = 0; i < Attempts; i++)
        {
            (await server.AcceptSocketAsync(_late.Token)).Close(0);
        }

        await Until.HoldsAsync(() => retries.Count >= Attempts, Patience, "each was noticed");
        Assert.Equal([10, 20, 40, 80, 100, 100], retries.Take(Attempts).Select(static one => one.Wait.TotalMilliseconds));
        Assert.False(connecting.IsCompleted);
        await _late.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    [Requirement("AUD-3.3")]
    public async Task A_reader_that_stops_holds_a_bounded_queue_and_reads_on_without_a_gap()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        const int QueueBytes = 10_000;
        await using var listener = await AudioListener.ConnectAsync(Address(server), new AudioListenerOptions { QueueBytesMax = QueueBytes }, _late.Token);
        await using var chunks = listener.ReadAllAsync(_late.Token).GetAsyncEnumerator(_late.Token);
        await TakeAsync(chunks, 1, static _ => true);

        await Until.HoldsAsync(() => listener.Stats.SampleBytes > QueueBytes, Patience, "the queue is full");
        var held = listener.Stats.SampleBytes;
        await Until.HoldsAsync(
            () => server.Client.GetStringAsync(server.Admin("/metrics")),
            text => Published(text) > held + 100_000, Patience, "the station has published what this client does not read");
        Assert.InRange(listener.Stats.SampleBytes, QueueBytes, QueueBytes + (2 * 1920)); // one chunk over, and the one that was taken

        var rest = await TakeAsync(chunks, 100, static _ => true);
        Assert.Equal(0, listener.Stats.Missing);
        Assert.All(rest.Zip(rest.Skip(1)), pair => Assert.Equal(pair.First.Sequence + 1, pair.Second.Sequence));
        Assert.All(rest, chunk => Assert.True(chunk.Samples.Span.SequenceEqual(Round(samples, chunk.Sequence * 960 * format.BytesPerFrame, chunk.Samples.Length))));
    }

    [Fact]
    public async Task A_station_that_is_not_there_is_not_asked_for_again_and_the_list_has_those_that_are()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        var refused = await Assert.ThrowsAsync<ClientException>(
            () => AudioListener.ConnectAsync($"{server.Server.Audio}/music", new AudioListenerOptions { Reconnect = Fast }, _late.Token));
        Assert.Equal((Reason.RefusedByPeer, "stream_not_found"), (refused.Failure.Why, refused.Failure.Code));
        Assert.NotEmpty(refused.Failure.Description);

        var station = Assert.Single(await AudioListener.ListAsync($"{server.Server.Audio}", null, _late.Token));
        Assert.Equal("speech", station.Name);
    }

    [Fact]
    public async Task Nobody_there_is_an_exception_with_its_reason_and_an_address_that_is_none_another()
    {
        var (path, _, _) = Sound.Speech(_folder);
        var server = await ServeAsync($"speech={path}");
        var address = Address(server);
        await server.DisposeAsync();

        var gone = await Assert.ThrowsAsync<ClientException>(() => AudioListener.ConnectAsync(address, null, _late.Token));
        Assert.Equal(Reason.ConnectionRefused, gone.Failure.Why);
        var nobody = await Assert.ThrowsAsync<ClientException>(() => AudioListener.ListAsync(address, null, _late.Token));
        Assert.Equal(Reason.ConnectionRefused, nobody.Failure.Why);
        foreach (var wrong in new[] { "", "127.0.0.1:7000", "127.0.0.1:7000/", "127.0.0.1/a/b", "127.0.0.1:x/speech", "http://127.0.0.1/speech", "h/.a", "h/a?b" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => AudioListener.ConnectAsync(wrong, null, _late.Token));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => AudioListener.ConnectAsync(address, new AudioListenerOptions { QueueBytesMax = 0 }, _late.Token));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _late.Dispose();
    }

    // So long that a slow machine never drops a frame.
    private static Task<RunningServer> ServeAsync(string station, params string[] sets) =>
        RunningServer.StartAsync([$"audio.stations={station}", "audio.lagMax=5m", "audio.stallMax=10m", .. sets]);

    private static string Address(RunningServer server) => $"{server.Server.Audio}/speech";

    private static async Task<List<StationChunk>> TakeAsync(IAsyncEnumerator<StationChunk> chunks, int count, Func<StationChunk, bool> counts)
    {
        var taken = new List<StationChunk>();
        for (var counted = 0; counted < count; counted += counts(taken[^1]) ? 1 : 0)
        {
            Assert.True(await chunks.MoveNextAsync());
            taken.Add(chunks.Current with { Samples = chunks.Current.Samples.ToArray() });
        }

        return taken;
    }

    private static double Published(string metrics)
    {
        const string Name = "quickwater_station_bytes_total{station=\"speech\"} ";
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    // A pipe gives its first sample when the test has written it: whoever listens already hears all.
    private Task<string> PipeAsync() => Fifo.MakeAsync(Path.Combine(_folder.Path, "speech.wav"));

    // So many bytes of a loop, from a place on.
    private static byte[] Round(byte[] loop, long from, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = loop[(from + i) % loop.Length];
        }

        return bytes;
    }
}
