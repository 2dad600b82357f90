using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class ClockTests
{
    [Fact]
    public void The_sample_with_the_least_delay_is_believed()
    {
        var clock = new ServerClock();
        clock.Add(new Pong(1, 0, 1_050_000, 1_050_000), 60_000); // 50 ms there, 10 back: 20 ms wrong
        Assert.Equal(1_020_000, clock.OffsetMicroseconds);
        clock.Add(new Pong(2, 100_000, 1_101_000, 1_101_500), 102_500); // 1 ms each way
        Assert.Equal((1_000_000, 2_000), (clock.OffsetMicroseconds, clock.DelayMicroseconds));
        clock.Add(new Pong(3, 200_000, 1_290_000, 1_290_000), 300_000);
        Assert.Equal(1_000_000, clock.OffsetMicroseconds);
        Assert.Equal(1_500_000, clock.ToServer(500_000));
        Assert.Equal(500_000, clock.ToLocal(1_500_000));
    }

    [Fact]
    [Requirement("AUD-4.3")]
    public void Answers_that_cannot_be_true_are_ignored()
    {
        var clock = new ServerClock();
        clock.Add(new Pong(1, 100, 0, 500), 200); // took longer there than here
        clock.Add(new Pong(1, 100, 50, 40), 200); // answered before it came
        clock.Add(new Pong(1, 300, 50, 60), 200); // came before it was sent
        clock.Add(new Pong(1, long.MinValue, long.MaxValue, long.MinValue), long.MaxValue);
        Assert.Equal(0, clock.Samples);
    }

    [Fact]
    [Requirement("AUD-4.3")]
    public void Numbers_of_chunks_at_the_end_of_their_range_are_counted_and_never_below_zero()
    {
        var stats = new AudioClientStats();
        var clock = new ServerClock();
        for (var connection = 0; connection < 2; connection++)
        {
            stats.Begin();
            foreach (var sequence in (long[])[0, long.MaxValue, long.MaxValue, 3])
            {
                stats.Heard(new AudioChunk(sequence, 0, []), clock, Instant.Zero);
            }

            Assert.Equal(1 + connection, stats.Repeated);
            Assert.Equal(connection == 0 ? long.MaxValue - 1 : long.MaxValue, stats.Missing);
        }
    }

    [Fact]
    public void Clients_on_a_crooked_network_agree_on_when_to_play()
    {
        using var studio = new AudioStudio(faults: Faults.None with { LatencyMax = TimeSpan.FromMilliseconds(8), LateTurn = 0.1, LateTurnMax = TimeSpan.FromMilliseconds(20) });
        var listeners = Enumerable.Range(0, 5).Select(_ => studio.Listen()).ToArray();
        studio.Run(20);

        // All worlds' clocks are the same, so every client's offset should be zero; what differs is how wrong each is.
        Assert.All(listeners, static one => Assert.True(one.Session.Clock.Samples >= 8));
        Assert.All(listeners, static one => Assert.InRange(one.Session.Clock.OffsetMicroseconds, -4000, 4000));
    }

    [Fact]
    [Requirement("AUD-5.4/jitter")]
    public void The_lag_of_a_listener_is_that_of_the_network_and_the_gathering()
    {
        using var studio = new AudioStudio();
        var listener = studio.Listen();
        studio.Run(10);
        Assert.InRange(listener.Stats.Lag.Percentile(0.99).TotalMilliseconds, 0.5, 5);
        Assert.InRange(listener.Stats.Jitter.Percentile(0.99).TotalMilliseconds, 0, 3);
    }
}
