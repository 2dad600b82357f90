using System.Net;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

[Requirement("MED-9.8")]
public sealed class FaultReportTests
{
    [Fact]
    public async Task A_fault_is_counted_and_logged_with_whose_it_was_and_its_stack()
    {
        using var lines = new StringWriter();
        await using var sink = new LogSink(lines, owned: false);
        using var log = new LineLoggerProvider(sink, LogFormat.Text, LogLevel.Debug, TimeProvider.System);
        var observer = new ServerObserver(log.CreateLogger("Quickwater"), new LiveStreams(), new AttemptCounts(), TimeProvider.System);
        var here = new IPEndPoint(IPAddress.Loopback, 1);
        observer.Faulted(new ConnectionInfo(7, "rtmp", here, here), Planted());
        observer.Faulted(ConnectionInfo.OfThread("epoll"), Planted());
        observer.Faulted(ConnectionInfo.OfThread("epoll"), Planted());
        await sink.DisposeAsync();

        Assert.Equal((1, 2), (observer.Faults["connection"], observer.Faults["thread"]));
        var text = lines.ToString();
        Assert.Contains("Connection 7 (rtmp from 127.0.0.1:1) hit a fault of this program", text, StringComparison.Ordinal);
        Assert.Contains("epoll hit a fault of this program, and goes on", text, StringComparison.Ordinal);
        Assert.Contains("planted", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Planted), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_have_the_faults_from_the_start()
    {
        await using var server = await RunningServer.StartAsync();
        var metrics = await server.Client.GetStringAsync(server.Admin("/metrics"));
        Assert.Contains("quickwater_faults_total{where=\"connection\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("quickwater_faults_total{where=\"thread\"} 0\n", metrics, StringComparison.Ordinal);
    }

    private static InvalidOperationException Planted()
    {
        try
        {
            throw new InvalidOperationException("planted");
        }
        catch (InvalidOperationException fault)
        {
            return fault;
        }
    }
}
