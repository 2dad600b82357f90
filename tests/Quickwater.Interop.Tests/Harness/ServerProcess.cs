using System.Net;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>
/// <c>quickwater serve</c> as a child process, on ports that the system chose. What it logged goes to the test's output at the end.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);

    private readonly Child _child;
    private readonly TemporaryFolder _data;
    private readonly ITestOutputHelper _output;
    private readonly HttpClient _web = new() { Timeout = TimeSpan.FromSeconds(30) };

    private (double Sockets, double Frames, double Segments, double Buffers) _idle;

    private ServerProcess(Child child, TemporaryFolder data, ITestOutputHelper output) =>
        (_child, _data, _output) = (child, data, output);

    /// <summary>Where RTMP listens.</summary>
    public IPEndPoint Rtmp { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where HTTP for viewers listens.</summary>
    public IPEndPoint Http { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where RPC listens.</summary>
    public IPEndPoint Rpc { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where administration listens.</summary>
    public IPEndPoint Admin { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where the audio protocol listens, of a server that has stations.</summary>
    public Task<IPEndPoint> AudioAsync() => ListenerAsync("audio");

    /// <summary>Its stations with their books now, as JSON.</summary>
    public Task<string> StationsAsync() => _web.GetStringAsync(new Uri($"http://{Admin}/api/v1/stations"));

    /// <summary>The process, for its lines, its signals and what it uses.</summary>
    public Child Process => _child;

    /// <summary>What it logged.</summary>
    public Lines Log => _child.Error;

    /// <summary>Starts it on loopback and waits until it serves.</summary>
    /// <param name="output">Where its log goes at the end.</param>
    /// <param name="more">More arguments; a <c>--set</c> among them wins over this class's.</param>
    public static Task<ServerProcess> StartAsync(ITestOutputHelper output, params string[] more) => StartAsync(output, descriptorsMax: null, more);

    /// <summary>The same, with a hard limit of descriptors; for tests that need the program sh.</summary>
    /// <param name="output">Where its log goes at the end.</param>
    /// <param name="descriptorsMax">What the system lets it open; null for what it lets us.</param>
    /// <param name="more">More arguments; a <c>--set</c> among them wins over this class's.</param>
    public static async Task<ServerProcess> StartAsync(ITestOutputHelper output, int? descriptorsMax, params string[] more)
    {
        var data = new TemporaryFolder();
        string[] arguments =
        [
            "serve", "--set", "rtmp.listen=127.0.0.1:0", "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0",
            "--set", "rpc.listen=127.0.0.1:0", "--set", "audio.listen=127.0.0.1:0",
            "--set", "rtmp.anonymousPublishFromLoopback=true", "--set", $"data.directory={data["data"]}", .. more,
        ];
        var server = new ServerProcess(Executable.Start(isFed: true, arguments, descriptorsMax), data, output);
        try
        {
            await server._child.Output.FirstAsync("Ctrl+C", StartTime);
            server.Rtmp = await server.ListenerAsync("rtmp");
            server.Http = await server.ListenerAsync("http");
            server.Rpc = await server.ListenerAsync("rpc");
            server.Admin = await server.ListenerAsync("admin");
            server._idle = (await server.MetricsAsync()).Alive;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key that it made for publishers at its start.</summary>
    public async Task<string> KeyAsync() => (await File.ReadAllTextAsync(_data["data/publish.key"])).Trim();

    /// <summary>The RTMP address of a stream.</summary>
    public string RtmpUrl(string stream) => $"rtmp://{Rtmp}/{stream}";

    /// <summary>The HTTP-FLV address of a stream.</summary>
    public string FlvUrl(string stream) => $"http://{Http}/{stream}.flv";

    /// <summary>The address of a station as WAV.</summary>
    public string WavUrl(string station) => $"http://{Http}/audio/{station}.wav";

    /// <summary>Its metrics now.</summary>
    public async Task<Metrics> MetricsAsync() => new(await _web.GetStringAsync(new Uri($"http://{Admin}/metrics")));

    /// <summary>Its listing of connections now, as JSON.</summary>
    public Task<string> ConnectionsAsync() => _web.GetStringAsync(new Uri($"http://{Admin}/api/v1/connections"));

    /// <summary>What it holds for all peers together, and may hold, as JSON.</summary>
    public Task<string> LimitsAsync() => _web.GetStringAsync(new Uri($"http://{Admin}/api/v1/limits"));

    /// <summary>Waits until its metrics are as they should be.</summary>
    public Task<Metrics> MetricsAsync(Func<Metrics, bool> isGood, string what, int withinSeconds = 60) =>
        Until.HoldsAsync(MetricsAsync, isGood, TimeSpan.FromSeconds(withinSeconds), what);

    /// <summary>Waits until a stream is live with video and audio.</summary>
    public Task<Metrics> LiveAsync(string stream) => MetricsAsync(
        metrics => metrics.Sum("quickwater_stream_frames_total", $"stream=\"{stream}\"", "kind=\"video\"") > 1
            && metrics.Sum("quickwater_stream_frames_total", $"stream=\"{stream}\"", "kind=\"audio\"") > 1,
        $"{stream} is live");

    /// <summary>Waits until no connection is open, and nothing is alive but what was when it had started: its listening socket.</summary>
    public Task<Metrics> EmptyAsync() => MetricsAsync(
        metrics => metrics.Connections == 0 && metrics.Alive == _idle, $"no connection is open, and alive is what was at first: {_idle}");

    /// <summary>Ends it by SIGTERM and gives its exit code; for tests that need the program sh.</summary>
    public async Task<int> StopAsync()
    {
        await _child.SignalAsync("TERM");
        return await _child.ExitAsync(StopTime);
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _web.Dispose();
        _data.Dispose();
        _output.WriteLine(_child.Output.Text);
        foreach (var line in _child.Error.All.TakeLast(200))
        {
            _output.WriteLine(line);
        }
    }

    /// <summary>Where a system listens, such as <c>rpc.tls</c>.</summary>
    public async Task<IPEndPoint> ListenerAsync(string system)
    {
        var mark = $" {system} listens on ";
        var line = await Log.FirstAsync(mark, StartTime);
        return IPEndPoint.Parse(line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..]);
    }
}
