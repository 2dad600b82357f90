using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server.Tests;

/// <summary>Both HTTP listeners for real, on free ports of loopback.</summary>
public sealed class ListenerFixture : IAsyncLifetime
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly Meter _meter = new("Quickwater");
    private readonly StringWriter _lines = new();
    private LogSink? _sink;
    private LineLoggerProvider? _log;
    private PrometheusCollector? _metrics;
    private WebListener? _http;
    private WebListener? _admin;

    public HttpClient Http { get; } = new();

    public HttpClient Admin { get; } = new();

    internal FakeStatus Status { get; } = new();

    public async Task InitializeAsync()
    {
        _sink = new LogSink(_lines, owned: false);
        _log = new LineLoggerProvider(_sink, LogFormat.Text, LogLevel.Debug, TimeProvider.System);
        _metrics = new PrometheusCollector(meter => ReferenceEquals(meter, _meter));
        _meter.CreateCounter<long>("quickwater.test").Add(1);
        var metrics = _metrics;
        var admin = new AdminConfiguration(true, AnyPort, new TextList(["media.example"]));
        _http = await WebListener.StartAsync(AnyPort, TestPlaces.For(100), _log, app => ViewerEndpoints.Map(app, Status, _ => Task.CompletedTask, _ => Task.CompletedTask), CancellationToken.None);
        _admin = await WebListener.StartAsync(
            AnyPort, TestPlaces.For(100), _log, app => AdminEndpoints.Map(app, admin, Status, metrics), CancellationToken.None);
        Http.BaseAddress = new Uri($"http://{_http.Local}/");
        Admin.BaseAddress = new Uri($"http://{_admin.Local}/");
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        Admin.Dispose();
        foreach (var listener in new[] { _http, _admin })
        {
            if (listener is not null)
            {
                await listener.StopAsync(CancellationToken.None);
                await listener.DisposeAsync();
            }
        }

        _metrics?.Dispose();
        _log?.Dispose();
        if (_sink is not null)
        {
            await _sink.DisposeAsync();
        }

        _meter.Dispose();
        await _lines.DisposeAsync();
    }
}
