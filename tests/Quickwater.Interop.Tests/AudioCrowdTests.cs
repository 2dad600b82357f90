using System.Text.Json;
using Quickwater.Core;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Hundreds of listeners of one station, some of which stop reading.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class AudioCrowdTests(ITestOutputHelper output)
{
    private const int Readers = 500;
    private const int Stalled = 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [ToolFact("sh")]
    [Requirement("AUD-5.6", "AUD-6.3", "AUD-7.1", "AUD-7.2", "AUD-7.4/load", "AUD-9.3", "AUD-10.2")]
    [Requirement("AUD-5.1/standard-input")]
    public async Task Five_hundred_listeners_lose_nothing_beside_fifty_that_stopped_reading()
    {
        var feed = new StationFeed();
        await using var server = await ServerProcess.StartAsync(
            output, "--set", $"audio.stations=speech[raw={StationFeed.Raw}]=-", "--set", "audio.stallMax=6s", "--set", "audio.offAirAfter=1h",
            "--set", "audio.idleTimeout=1h", "--set", "log.linesPerAddressMax=10000", "--set", "log.linesPerKindMax=10000"); // it counts lines, all of one address
        var address = await server.AudioAsync();
        var all = new List<SocketListener>();
        for (var i = 0; i < Readers + Stalled; i++)
        {
            all.Add(await SocketListener.JoinAsync(address, "speech", feed));
        }

        await Until.HoldsAsync(() => all.TrueForAll(one => one.IsAccepted), s_patience, "all are accepted");
        var before = server.Process.ResidentBytes;
        var (readers, stalled) = (all[..Readers], all[Readers..]);
        await feed.PlayAsync(server.Process.Input, all, () => feed.Fed >= 50, s_patience);
        stalled.ForEach(one => one.Stall());

        // Until the kernel's buffers are full, nothing has been taken for audio.stallMax, and the ring has let go of what they had before them.
        var metrics = await server.MetricsAsync();
        var (most, segments, ended) = (0L, 0.0, false);
        var watch = WatchAsync();
        await feed.PlayAsync(server.Process.Input, readers, () => ended, s_patience);
        await watch;
        await Until.HoldsAsync(() => readers.TrueForAll(one => one.Last == feed.Fed - 1), s_patience, "the last chunk is with all");
        var books = JsonDocument.Parse(await server.StationsAsync()).RootElement.GetProperty("stations")[0];
        Assert.Equal(0, await server.StopAsync()); // its standard input is open and silent

        await Task.WhenAll(readers.Select(one => one.EndAsync(s_patience)));
        Assert.All(readers, one => Assert.Equal((null, feed.Fed, Reason.Drained), (one.Wrong, one.Chunks, one.Closing)));
        AssertBooks(books, feed.Fed);
        AssertMemory(most - before, segments);
        Assert.Equal(Stalled, server.Log.All.Count(line => line.Contains("[send_stalled]", StringComparison.Ordinal)));
        Assert.Equal(Readers, server.Log.All.Count(line => line.Contains("[drained]", StringComparison.Ordinal) && line.Contains(" ended: audio ", StringComparison.Ordinal)));
        await Task.WhenAll(all.Select(one => one.DisposeAsync().AsTask()));

        async Task WatchAsync()
        {
            while (!ended)
            {
                metrics = await server.MetricsAsync(); // also the beat of this loop
                most = Math.Max(most, server.Process.ResidentBytes);
                segments = Math.Max(segments, metrics.Alive.Segments);
                ended = metrics.Sum("quickwater_station_closed_total") >= Stalled && feed.Fed > 700;
                await Task.Yield();
            }
        }
    }

    // Opened = now + closed by reason, offered = delivered + dropped by reason + queued.
    private static void AssertBooks(JsonElement books, long fed)
    {
        Assert.Equal(Readers + Stalled, books.GetProperty("opened").GetInt64());
        Assert.Equal(Readers, books.GetProperty("listeners").GetArrayLength());
        Assert.Equal($$"""{"send_stalled":{{Stalled}}}""", books.GetProperty("closed").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.All(books.GetProperty("listeners").EnumerateArray(), one => Assert.Equal(0, one.GetProperty("framesDropped").GetInt64()));
        var (offered, delivered) = (books.GetProperty("framesOffered").GetInt64(), books.GetProperty("framesDelivered").GetInt64());
        var (dropped, queued) = (books.GetProperty("framesDropped").GetInt64(), books.GetProperty("framesQueued").GetInt64());
        Assert.Equal(offered, delivered + dropped + queued);
        Assert.InRange(delivered, Readers * fed, (Readers + Stalled) * (fed + 2));
        var drops = books.GetProperty("drops").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64());
        Assert.Equal(dropped, drops.Values.Sum());
        Assert.All(drops.Keys, why => Assert.Equal("lag_time_exceeded", why)); // who takes nothing is made to skip when its time is over
    }

    // docs/audio.md: at most 64 KiB for each that stands still, in two segments; and one ring for all.
    private void AssertMemory(long grown, double segments)
    {
        const int SegmentBytes = 32 * 1024;
        var ringSeconds = 3 + 5.1 + 2; // audio.lagMax, audio.burstMax, and what is kept beyond both
        var ring = (long)(ringSeconds * 50 * (StationFeed.ChunkBytes + 20));
        output.WriteLine($"{segments} segments of {SegmentBytes / 1024} KiB; {grown / 1048576.0:0.0} MiB more resident than with {Readers + Stalled} listeners before the first chunk");
        Assert.InRange(segments, 1, (ring / SegmentBytes * 1.2) + 4 + (2 * Stalled));
        Assert.InRange(grown, 0, (2 * ring) + (Stalled * 64L * 1024) + (64L << 20)); // code that was compiled meanwhile, pools, what the collector has not taken yet
    }
}
