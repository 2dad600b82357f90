using System.Net;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server.Tests;

/// <summary>A whole server on free ports of loopback.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string Key = "test-key-1-which-is-long-enough";

    private readonly LogSink _sink;
    private readonly LineLoggerProvider _log;
    private readonly LogLines _lines;
    private int _marks;
    private bool _isOver;

    private RunningServer(LogSink sink, LineLoggerProvider log, LogLines lines, QuickwaterServer server)
    {
        _sink = sink;
        _log = log;
        _lines = lines;
        Server = server;
    }

    /// <summary>
    /// What was logged so far. Lines are written by a task of their own, in order: a mark put behind them shows when they are all there.
    /// </summary>
    public string Lines
    {
        get
        {
            if (_isOver)
            {
                return _lines.Text;
            }

            var mark = $"({Interlocked.Increment(ref _marks)} times read)";
            _sink.Write(mark);
            return _lines.TextWith(mark, TimeSpan.FromMinutes(1));
        }
    }

    public QuickwaterServer Server { get; }

    public HttpClient Client { get; } = new();

    public IPEndPoint Rtmp => Server.Rtmp ?? throw new InvalidOperationException("RTMP is off.");

    public static async Task<RunningServer> StartAsync(params string[] sets)
    {
        var values = ConfigurationLoader.Load(
            null,
            [],
            [
                "rtmp.listen=127.0.0.1:0", "http.listen=127.0.0.1:0", "admin.listen=127.0.0.1:0", "rpc.listen=127.0.0.1:0", "rpc.tls.listen=127.0.0.1:0",
                "audio.listen=127.0.0.1:0", $"rtmp.publishKeys={Key}", "rtmp.anonymousPublishFromLoopback=true", "shutdown.grace=5s", .. sets, // publishers go on for half of it
            ],
            out var problems);
        Assert.Empty(problems);
        var configuration = ServerConfiguration.From(values);
        var lines = new LogLines();
        var sink = new LogSink(lines, owned: false);
        var log = new LineLoggerProvider(sink, LogFormat.Text, LogLevel.Debug, TimeProvider.System);
        var server = new QuickwaterServer(configuration, StreamKeys.Load(configuration.Rtmp.PublishKeys, ""), log, TimeProvider.System);
        Assert.Null(await server.StartAsync(CancellationToken.None));
        return new RunningServer(sink, log, lines, server);
    }

    public string Url(string stream) => $"rtmp://{Rtmp}/{stream}";

    public Uri Http(string path) => new($"http://{Server.Http}{path}");

    public Uri Admin(string path) => new($"http://{Server.Admin}{path}");

    /// <summary>Stops, and demands that nothing is left alive.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.StopAsync(CancellationToken.None);
        await Server.DisposeAsync();
        _log.Dispose();
        await _sink.DisposeAsync();
        _isOver = true;
        await _lines.DisposeAsync();
        Assert.True(Server.Leaks.Read().IsZero, $"{Server.Leaks.Read()}\n{Lines}");
    }
}
