using System.Net;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

[Requirement("RTMP-4.7")]
public sealed class GapLogTests
{
    [Fact]
    public async Task Jumps_of_a_time_line_are_logged_up_to_ten_within_ten_seconds_and_the_rest_counted()
    {
        using var lines = new StringWriter();
        await using var sink = new LogSink(lines, owned: false);
        using var log = new LineLoggerProvider(sink, LogFormat.Text, LogLevel.Debug, TimeProvider.System);
        var time = new HandTime();
        var observer = new ServerObserver(log.CreateLogger("Quickwater"), new LiveStreams(), new AttemptCounts(), time);
        using var engine = new Engine(new EngineOptions(), new SystemScheduler(), TimeProvider.System, observer);
        var hub = new Hub(engine, new HubLimits(), observer);
        var here = new IPEndPoint(IPAddress.Loopback, 1);
        Publication Publish(string name)
        {
            hub.Publish(name, new ConnectionInfo(1, "rtmp", here, here), new Deaf(), out var publication);
            return publication ?? throw new InvalidOperationException(name);
        }

        var (a, b) = (Publish("live/a"), Publish("live/b"));
        for (var i = 0; i < 100; i++)
        {
            observer.TimestampGap(a.Topic, TimeSpan.FromSeconds(2));
        }

        observer.TimestampGap(b.Topic, TimeSpan.FromSeconds(-3));
        time.Elapsed = TimeSpan.FromSeconds(10);
        observer.TimestampGap(a.Topic, TimeSpan.FromSeconds(4));
        for (var i = 0; i < GapLog.BurstMax + 5; i++)
        {
            observer.TimestampGap(b.Topic, TimeSpan.FromSeconds(5));
        }

        a.End(Reason.Completed);
        b.End(Reason.Completed);
        await sink.DisposeAsync();

        string[] said =
        [
            .. lines.ToString().Split('\n').Where(line => line.Contains("jumped", StringComparison.Ordinal))
                .Select(line => line.Split("of stream ")[1].Split(" before")[0]),
        ];
        Assert.Equal(
            [.. Enumerable.Repeat("live/a jumped by 2000 ms; 0 jumps", GapLog.BurstMax), "live/b jumped by -3000 ms; 0 jumps", $"live/a jumped by 4000 ms; {100 - GapLog.BurstMax} jumps"],
            said.Take(GapLog.BurstMax + 2));
        Assert.Equal(
            [.. Enumerable.Repeat("live/b jumped by 5000 ms; 0 jumps", GapLog.BurstMax), "live/b jumped 5 times more than was logged"], // none is lost
            said.Skip(GapLog.BurstMax + 2));
    }

    private sealed class Deaf : IMailbox
    {
        public void Wake()
        {
        }

        public bool Post(in Command command) => true;
    }
}
