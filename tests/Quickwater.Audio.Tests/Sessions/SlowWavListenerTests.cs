using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>The same bounds and limits as for the audio protocol, where there is nobody to tell.</summary>
public sealed class SlowWavListenerTests
{
    private const int ChunkBytes = 1920;

    [Fact]
    [Requirement("AUD-7.1", "AUD-7.3", "AUD-7.4")]
    public void A_lagging_listener_skips_whole_chunks_to_live_and_others_lose_nothing()
    {
        using var studio = new AudioStudio();
        var other = studio.Download();
        var tap = new Tap();
        var listener = studio.Download(slowed: tap.On);
        studio.Run(2);
        tap.Shut();
        studio.Run(8);
        tap.Open();
        studio.Run(5);

        var samples = listener.Samples(Pattern.Speech);
        Assert.Equal(0, samples.Length % ChunkBytes);
        var chunks = ChunksOf(samples);
        var gap = Assert.Single(chunks.Zip(chunks.Skip(1)), static pair => pair.Second != pair.First + 1);
        var missing = gap.Second - gap.First - 1;
        Assert.True(missing > 100);
        Assert.Equal(missing, studio.Station.Totals.Dropped);
        Assert.Equal(missing, studio.Station.Listeners.Drops(studio.Station.Audience)[Reason.LagTimeExceeded]);
        Assert.Equal(ChunksOf(other.Samples(Pattern.Speech))[^1], chunks[^1]);
        Assert.True(other.Samples(Pattern.Speech).AsSpan().SequenceEqual(Pattern.Bytes(0, other.Samples(Pattern.Speech).Length)));
        Assert.True(studio.Station.Totals.AddsUp, studio.Station.Totals.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Requirement("AUD-7.3")]
    public void A_listener_that_lags_too_often_is_ended_behind_a_whole_chunk(int skips)
    {
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", SkipsPerMinuteMax = skips });
        var tap = new Tap();
        var listener = studio.Download(slowed: tap.On);
        for (var i = 0; i <= skips; i++)
        {
            Assert.Equal(Reason.None, listener.ServerEnded);
            studio.Run(1);
            tap.Shut();
            studio.Run(10);
            tap.Open();
            studio.Run(1);
        }

        // One that may not skip is ended where it stands: it cannot be given the rest of its chunk.
        Assert.Equal((skips > 0, Reason.LagTimeExceeded), (listener.IsWhole, listener.ServerEnded));
        Assert.Equal(0, skips == 0 ? 0 : listener.Samples(Pattern.Speech).Length % ChunkBytes);
        Assert.Equal(1, studio.Station.Listeners.Closed[Reason.LagTimeExceeded]);
    }

    [Fact]
    [Requirement("AUD-7.2", "AUD-7.4")]
    public void Listeners_that_take_nothing_are_ended_as_stalled_and_hold_little_until_then()
    {
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", StallMax = TimeSpan.FromSeconds(20) });
        var taps = Enumerable.Range(0, 20).Select(_ => new Tap()).ToArray();
        var steady = studio.Download();
        foreach (var tap in taps)
        {
            studio.Download(slowed: tap.On);
        }

        studio.Run(1);
        foreach (var tap in taps)
        {
            tap.Shut();
        }

        studio.Run(15);
        Assert.InRange(studio.Server.Engine.Leaks.Read().Segments, 1, 40 + (20 * 2));
        studio.Run(45);
        Assert.Equal(20, studio.Station.Listeners.Closed[Reason.SendStalled]);
        Assert.Equal(1, studio.Station.Listeners.Now);
        Assert.True(steady.Samples(Pattern.Speech).Length > 59 * 96_000);
    }

    [Fact]
    [Requirement("AUD-6.2", "AUD-8.5")]
    public void Listeners_of_all_protocols_count_together_and_each_too_many_is_refused_by_name()
    {
        using var studio = new AudioStudio(clientsMax: 3, options: new StationOptions { Name = "speech", ListenersMax = 2 });
        studio.Listen();
        var first = studio.Download();
        studio.Run(1);
        var second = studio.Download();
        studio.Run(1);
        Assert.Equal((Reason.TooManySubscribers, 0), (second.ServerEnded, second.Body.Count));
        studio.Listen(new AudioClientOptions { Station = "" });
        studio.Run(1);
        var third = studio.Download();
        studio.Run(1);
        Assert.Equal((Reason.TooManyConnections, 0), (third.ServerEnded, third.Body.Count));
        first.Leave();
        studio.Run(1);
        var fourth = studio.Download();
        studio.Run(1);
        Assert.True(fourth.Body.Count > 90_000);
    }

    [Theory]
    [InlineData("speech/", Reason.InvalidName)]
    [InlineData("", Reason.InvalidName)]
    [InlineData("nobody", Reason.StreamNotFound)]
    public void A_station_that_is_not_there_is_refused_by_name(string station, Reason why)
    {
        using var studio = new AudioStudio();
        var listener = studio.Download(station);
        studio.Run(1);
        Assert.Equal((why, 0), (listener.ServerEnded, listener.Body.Count));
    }

    [Fact]
    [Requirement("AUD-8.1", "AUD-8.2", "AUD-8.5")]
    public void Duration_and_bytes_a_second_hold_for_it_too()
    {
        // 96 kB/s of speech, and five seconds of the past before it.
        var limits = new ConnectionLimits { DurationMax = TimeSpan.FromSeconds(10), SentBytesPerSecondMax = 160_000 };
        using var studio = new AudioStudio(limits: limits, options: new StationOptions { Name = "speech", Burst = TimeSpan.FromSeconds(5) });
        studio.Run(10);
        var listener = studio.Download();
        for (var second = 1; second <= 9; second++)
        {
            studio.Run(1);
            Assert.InRange(listener.Body.Count, 90_000 * second, (160_000 * (second + 1)) + 4096);
        }

        Assert.Equal(Reason.None, listener.ServerEnded);
        studio.Run(1.5);
        Assert.Equal((true, Reason.DurationExceeded), (listener.IsWhole, listener.ServerEnded));
        Assert.Equal(0, listener.Samples(Pattern.Speech).Length % ChunkBytes);
        Assert.Equal(0, studio.Station.Totals.Dropped);
    }

    [Fact]
    [Requirement("AUD-8.2", "AUD-8.5")]
    public void A_station_that_needs_more_than_a_listener_may_get_is_refused()
    {
        const int Needed = 96_000;
        foreach (var (limit, why) in new[] { (Needed - 1, Reason.ByteRateExceeded), (Needed, Reason.None) })
        {
            using var studio = new AudioStudio(limits: new ConnectionLimits { SentBytesPerSecondMax = limit });
            studio.Run(1);
            var listener = studio.Download();
            studio.Run(1);
            Assert.Equal((why, why == Reason.None), (listener.ServerEnded, listener.Body.Count > 0));
        }
    }

    // The number of each chunk, every sample of which is the source's.
    private static long[] ChunksOf(byte[] samples)
    {
        var numbers = new List<long>();
        for (var at = 0; at < samples.Length; at += ChunkBytes)
        {
            var chunk = samples.AsSpan(at, ChunkBytes);
            var number = numbers.Count == 0 ? 0 : numbers[^1] + 1;
            while (!chunk.SequenceEqual(Pattern.Bytes(number * ChunkBytes, ChunkBytes)))
            {
                number++;
                Assert.True(number < 10_000, $"the chunk at {at} is none of the source's");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
