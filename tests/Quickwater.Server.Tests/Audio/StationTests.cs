using System.Net.Sockets;
using System.Text.Json;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Stations of a whole server, heard over real sockets.</summary>
public sealed class StationTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("AUD-5.1")]
    [Requirement("AUD-5.6")]
    [Requirement("AUD-6.3")]
    public async Task Speech_to_three_clients_at_once_arrives_sample_for_sample()
    {
        var (path, format, samples) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var first = await ListenAsync(server);
        using var second = await ListenAsync(server, TimeSpan.Zero);
        using var third = await ListenAsync(server, TimeSpan.FromSeconds(2));
        foreach (var listener in new[] { first, second, third })
        {
            // Twice the file, so that its end is heard too, and the seam.
            await Until.HoldsAsync(() => listener.Samples.Length > 2 * samples.Length, s_patience, "the file was heard twice");
            var heard = listener.Samples;
            var at = listener.FirstSequence * 960 * format.BytesPerFrame;
            Assert.Equal(format, listener.Heard);
            Assert.Equal("speech", listener.Playing);
            Assert.True(Sound.IsRoundFrom(samples, (int)(at % samples.Length), heard), "every sample is the file's");
            Assert.Equal((0, 0), (listener.Session?.Stats.Missing, listener.Session?.Stats.Repeated));
        }
    }

    [Fact]
    public async Task Clients_play_in_step_within_5_milliseconds()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var one = await ListenAsync(server);
        using var other = await ListenAsync(server);
        foreach (var listener in new[] { one, other })
        {
            await Until.HoldsAsync(
                () => listener.Session?.Clock is { Samples: > 0, DelayMicroseconds: < 5000 }, s_patience, "a quick answer to a ping came");
        }

        // The same instant of the server's clock, as each client would meet it on the one clock of this machine.
        const long ServerTime = 1_000_000_000;
        var step = one.OnThisMachine(ServerTime) - other.OnThisMachine(ServerTime);
        Assert.InRange(step.TotalMilliseconds, -5, 5);
    }

    [Fact]
    [Requirement("AUD-8.4")]
    [Requirement("AUD-9.1")]
    [Requirement("AUD-9.5")]
    public async Task A_server_that_stops_tells_its_listeners_and_logs_who_left_and_why()
    {
        var (path, _, _) = Sound.Speech(_folder);
        var server = await ServeAsync($"speech={path}");
        using var listener = await ListenAsync(server);
        await Until.HoldsAsync(() => listener.Samples.Length > 0, s_patience, "something was heard");
        await server.DisposeAsync();
        Assert.Equal(Reason.PeerClosed, await listener.Ended.WaitAsync(s_patience));
        Assert.Equal([NoticeKind.Draining, NoticeKind.Closing], listener.Notices.Select(static notice => notice.Kind));
        Assert.Equal(Reason.Drained, listener.Session?.PeerReason);
        var log = server.Lines;
        Assert.Contains("listens to station speech", log, StringComparison.Ordinal);
        Assert.Contains("left station speech", log, StringComparison.Ordinal);
        Assert.Contains("audio from 127.0.0.1", log, StringComparison.Ordinal);
        Assert.Contains("[drained]", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_source_is_stood_in_for_until_it_is_there()
    {
        var (_, _, _) = Sound.Speech(_folder);
        var wanted = Path.Combine(_folder.Path, "wanted.wav");
        await using var server = await ServeAsync($"speech[fallback={Path.Combine(_folder.Path, "speech.wav")}]={wanted}");
        using var listener = await ListenAsync(server);
        await Until.HoldsAsync(() => listener.Playing == "speech", s_patience, "the fallback plays");
        await File.WriteAllBytesAsync(wanted + ".new", Sound.Wav(new AudioFormat(AudioEncoding.S16, 1, 8000), Sound.Sweep(4000)));
        File.Move(wanted + ".new", wanted);
        await Until.HoldsAsync(() => listener is { Playing: "wanted", Heard.Rate: 8000 }, s_patience, "the source plays");
    }

    [Fact]
    public async Task A_file_that_is_not_looped_ends_with_its_last_sample()
    {
        var samples = Sound.Sweep(20_001);
        var path = Path.Combine(_folder.Path, "once.wav");
        await File.WriteAllBytesAsync(path, Sound.Wav(new AudioFormat(AudioEncoding.S16, 1, 8000), samples));
        await using var server = await ServeAsync($"speech[loop=false]={path}");
        using var listener = await ListenAsync(server, TimeSpan.FromSeconds(30));
        await listener.Ended.WaitAsync(s_patience);
        Assert.Equal(Reason.StreamEnded, listener.Session?.PeerReason);
        var heard = listener.Samples;
        Assert.True(samples.AsSpan(samples.Length - heard.Length).SequenceEqual(heard), "it ends as the file does");
    }

    [Fact]
    [Requirement("AUD-9.2", "AUD-9.4/reason")]
    public async Task Administration_lists_stations_with_their_listeners_and_metrics_count_them()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await ServeAsync($"speech={path}");
        using var listener = await ListenAsync(server);
        await Until.HoldsAsync(() => listener.Samples.Length > 0, s_patience, "something was heard");
        using var json = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/stations")));
        var station = json.RootElement.GetProperty("stations")[0];
        Assert.Equal(("speech", "live", 48_000), (station.GetProperty("name").GetString(), station.GetProperty("state").GetString(), station.GetProperty("sampleRate").GetInt32()));
        Assert.Equal("test", station.GetProperty("listeners")[0].GetProperty("agent").GetString());
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        Assert.Contains("quickwater_station_listeners{station=\"speech\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("quickwater_station_bytes_total{station=\"speech\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("quickwater_connections{protocol=\"audio\"} 1", metrics, StringComparison.Ordinal);

        listener.Leave();
        await Until.HoldsAsync(
            () => server.Client.GetStringAsync(server.Admin("/metrics")),
            text => text.Contains("quickwater_station_closed_total{reason=\"peer_closed\",station=\"speech\"} 1", StringComparison.Ordinal),
            s_patience, "the listener's end is counted under its reason");
    }

    [Fact]
    [Requirement("AUD-9.4/fault")]
    public async Task Ends_are_counted_by_whose_fault_they_were()
    {
        var (path, _, _) = Sound.Speech(_folder);
        await using var server = await RunningServer.StartAsync($"audio.stations=speech={path}", "audio.handshakeTimeout=5s", "audio.lagMax=5m");
        var address = server.Server.Audio ?? throw new InvalidOperationException("Audio is off.");
        using var listener = await ListenAsync(server);
        await Until.HoldsAsync(() => listener.Samples.Length > 0, s_patience, "something was heard");
        listener.Leave();
        using var silent = new TcpClient();
        await silent.ConnectAsync(address);
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(address);
        await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        using var resetting = new TcpClient();
        await resetting.ConnectAsync(address);
        await resetting.GetStream().WriteAsync(AudioMessageWriter.ToArray(new Hello("speech", "test")));
        await resetting.GetStream().ReadExactlyAsync(new byte[AudioWire.HeaderBytes]);
        resetting.Client.Close(0);
        foreach (var (fault, reason) in new[] { ("none", "peer_closed"), ("limit", "handshake_timeout"), ("peer", "wrong_protocol"), ("transport", "connection_reset") })
        {
            await Until.HoldsAsync(
                () => server.Client.GetStringAsync(server.Admin("/metrics")),
                text => text.Contains($"quickwater_connections_closed_total{{fault=\"{fault}\",protocol=\"audio\",reason=\"{reason}\"}} 1\n", StringComparison.Ordinal),
                s_patience, $"{reason} is counted as a fault of {fault}");
        }
    }

    public void Dispose() => _folder.Dispose();

    // So long that a slow machine never drops a frame.
    private static Task<RunningServer> ServeAsync(string station) => RunningServer.StartAsync($"audio.stations={station}", "audio.lagMax=5m", "audio.stallMax=10m");

    private static Task<TestListener> ListenAsync(RunningServer server, TimeSpan? burst = null) =>
        TestListener.ConnectAsync(server.Server.Audio ?? throw new InvalidOperationException("Audio is off."), "speech", burst);
}
