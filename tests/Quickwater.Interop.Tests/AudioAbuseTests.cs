using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>
/// Floods of connects, half-open handshakes, garbage, a byte a second, listeners that never read, oversized messages: all at once against a real server,
/// and one healthy listener among them.
/// </summary>
[Collection(RealClientsCollection.Name)]
[Requirement("AUD-2.3", "AUD-6.3", "AUD-7.4", "AUD-8.5", "AUD-9.4", "AUD-10.2")]
public sealed class AudioAbuseTests(ITestOutputHelper output)
{
    private const int ConnectsPerSecondMax = 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // What must be seen under abuse, each with the kind that brings it.
    private static readonly string[] s_closed = ["handshake_timeout", "wrong_protocol", "message_too_large", "connection_reset"];

    [ToolFact("sh", "ip")] // ip: that is Linux, which has all of 127.0.0.0/8
    [Requirement("AUD-8.5/all-at-once")]
    public async Task A_healthy_listener_is_answered_every_time_through_all_abuse_at_once() => await AbuseAsync(chunks: 300);

    [FullFact("sh", "ip")]
    public async Task A_healthy_listener_is_answered_within_100_milliseconds_through_half_a_minute_of_abuse()
    {
        var (answers, connects) = await AbuseAsync(chunks: 1500);
        Assert.InRange(answers, 0, 100);
        Assert.InRange(connects, 0, 100);
    }

    // Gives the slowest answer and the slowest new connection, in milliseconds.
    private async Task<(double Answers, double Connects)> AbuseAsync(int chunks)
    {
        await using var server = await ServerProcess.StartAsync(
            output, "--set", "audio.stations=speech=demo:tune", "--set", "audio.handshakeTimeout=2s", "--set", "audio.stallMax=2s", "--set", "audio.lagMax=1m",
            "--set", "audio.clientsMax=200", "--set", $"audio.connectsPerSecondPerAddressMax={ConnectsPerSecondMax}");
        var address = await server.AudioAsync();
        var healthy = new HealthyListener(address);
        await using (healthy)
        {
            await Until.HoldsAsync(() => healthy.Chunks >= 50, s_patience, "the healthy one hears");
            var before = server.Process.ResidentBytes;
            var most = 0L;
            var abuse = new AudioAbuse(address);
            await using (abuse)
            {
                var until = healthy.Chunks + chunks; // the station itself is the clock
                await Until.HoldsAsync(
                    () =>
                    {
                        most = Math.Max(most, server.Process.ResidentBytes);
                        return healthy.Chunks >= until;
                    },
                    s_patience, "the healthy one hears on");
            }

            output.WriteLine($"{abuse.Connects} connects; {(most - before) / 1048576.0:0.0} MiB more resident than before");

            // 200 clients and some hundred handshakes; each that never reads pins 64 KiB; the rest is compiled code, pools, and what the collector has not taken yet.
            Assert.InRange(most - before, 0, 96L << 20);
            await server.MetricsAsync(metrics => metrics.Sum("quickwater_connections", "protocol=\"audio\"") == 1, "only the healthy one is left");
        }

        await AssertBooksAsync(server);
        Assert.Equal(0, healthy.Missing);
        Report("answers to pings", healthy.Answers);
        Report("new connections", healthy.Connects);
        Assert.DoesNotContain(server.Log.All, line => line.Contains(" error ", StringComparison.Ordinal));
        return (healthy.Answers.Max(), healthy.Connects.Max());
    }

    // Opened = closed by reason, now that nobody is there; every kind of abuse ended for its own reason.
    private static async Task AssertBooksAsync(ServerProcess server)
    {
        var metrics = await server.MetricsAsync(one => one.Connections == 0 && one.Alive.Segments == 0, "no connection is open, and nothing is left of what was sent");
        Assert.Equal(metrics.Sum("quickwater_connections_opened_total"), metrics.Sum("quickwater_connections_closed_total"));
        Assert.All(s_closed, why => Assert.True(metrics.Closed(why) > 0, $"some ended with {why}:\n{metrics}"));
        Assert.True(metrics.Sum("quickwater_connections_refused_total", "reason=\"connect_rate_exceeded\"") > 0, $"the flood met its limit:\n{metrics}");
    }

    private void Report(string what, IReadOnlyList<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        Assert.NotEmpty(sorted);
        output.WriteLine($"{sorted.Length} {what}: p50 {sorted[sorted.Length / 2]:0.0}, p99 {sorted[(int)(sorted.Length * 0.99)]:0.0}, max {sorted[^1]:0.0} ms");
    }
}
