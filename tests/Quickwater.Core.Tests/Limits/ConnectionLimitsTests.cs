using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>The limits that all systems share, each with its reason, on virtual time.</summary>
public sealed class ConnectionLimitsTests
{
    private static readonly Instant s_start = Instant.Zero + TimeSpan.FromHours(1);

    public static TheoryData<ConnectionLimits, string> Wrong => new()
    {
        { new ConnectionLimits { HandshakeTimeout = TimeSpan.Zero }, "handshakeTimeout is 00:00:00; allowed is 10 ms to 10 min" },
        { new ConnectionLimits { IdleTimeout = TimeSpan.FromDays(2) }, "idleTimeout is 2.00:00:00; allowed is 100 ms to 24 h" },
        { new ConnectionLimits { DurationMax = TimeSpan.Zero }, "durationMax is 00:00:00; allowed is 10 ms and more" },
        { new ConnectionLimits { SentBytesPerSecondMax = 1 }, "sentBytesPerSecondMax is 1; allowed is 1000 to 100000000000" },
        { new ConnectionLimits { ReceivedBytesPerSecondMax = 1 }, "receivedBytesPerSecondMax is 1; allowed is 1000 to 100000000000" },
        { new ConnectionLimits { PendingBytesMax = 1 }, "pendingBytesMax is 1; allowed is 4096 and more" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_limits_are_named_with_what_is_allowed(ConnectionLimits limits, string message) =>
        Assert.Equal(message, Assert.Single(limits.Validate()));

    [Fact]
    public void A_handshake_has_its_time_and_no_more()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { HandshakeTimeout = TimeSpan.FromSeconds(5) }, s_start);
        Assert.Equal(At(5), watch.Deadline);
        watch.Received(1, At(4.9)); // a byte now and then earns no more
        Assert.Equal(Reason.None, watch.Check(At(4.999)));
        Assert.Equal(Reason.HandshakeTimeout, watch.Check(At(5)));
    }

    [Fact]
    public void A_silent_peer_ends_after_the_idle_time_since_it_was_heard()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, s_start);
        watch.HandshakeDone(At(1));
        Assert.Equal((At(6), At(11)), (watch.PingAt, watch.Deadline));
        watch.Received(1, At(8));
        Assert.Equal(Reason.None, watch.Check(At(17.9)));
        Assert.Equal(Reason.IdleTimeout, watch.Check(At(18)));
    }

    [Fact]
    public void A_connection_lasts_as_long_as_it_may_however_busy_it_is()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { DurationMax = TimeSpan.FromSeconds(60) }, s_start);
        watch.HandshakeDone(At(1));
        watch.Received(1, At(59));
        Assert.Equal(At(60), watch.Deadline);
        Assert.Equal(Reason.None, watch.Check(At(59.9)));
        Assert.Equal(Reason.DurationExceeded, watch.Check(At(60)));
    }

    [Fact]
    public void Received_bytes_over_the_rate_are_named()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { ReceivedBytesPerSecondMax = 1000 }, s_start);
        Assert.Equal(Reason.None, watch.Received(1000, At(0)));
        Assert.Equal(Reason.None, watch.Received(500, At(0.5)));
        Assert.Equal(Reason.ByteRateExceeded, watch.Received(1, At(0.5)));
    }

    [Fact]
    public void Sent_bytes_wait_for_their_rate()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { SentBytesPerSecondMax = 1000 }, s_start);
        Assert.Equal(1000, watch.SendRoom(At(0)));
        watch.Sent(1500, At(0));
        Assert.Equal(0, watch.SendRoom(At(0)));
        Assert.Equal(At(0.6), watch.WhenSendRoom(100, At(0)));
        Assert.Equal(100, watch.SendRoom(At(0.6)));
        Assert.Equal(int.MaxValue, new ConnectionWatch(new ConnectionLimits(), s_start).SendRoom(At(0)));
        Assert.Equal(At(0), new ConnectionWatch(new ConnectionLimits(), s_start).WhenSendRoom(100, At(0)));
    }

    [Fact]
    public void A_count_says_when_it_is_full()
    {
        var limit = new CountLimit(1, Reason.TooManyConnections);
        Assert.False(limit.IsFull);
        limit.TryEnter();
        Assert.True(limit.IsFull);
        limit.TryEnter(); // refused: it takes no place
        limit.Leave();
        Assert.Equal((false, 0), (limit.IsFull, limit.Count));
    }

    [Fact]
    public void A_receive_without_bytes_is_not_heard()
    {
        var watch = new ConnectionWatch(new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, s_start);
        watch.HandshakeDone(At(0));
        watch.Received(0, At(9));
        Assert.Equal(Reason.IdleTimeout, watch.Check(At(10)));
    }

    [Fact]
    public void A_byte_rate_is_exact_over_any_pattern_of_calls()
    {
        var rng = new Rng(3);
        for (var round = 0; round < 200; round++)
        {
            var perSecond = rng.Between(1, 100_000);
            var burst = rng.Between(1, 100_000);
            var rate = new ByteRate(perSecond, burst);
            var now = s_start;
            var taken = 0L;
            for (var step = 0; step < 300; step++)
            {
                now += TimeSpan.FromTicks(rng.Below(5_000_000));
                var room = rate.Room(now);
                if (room > 0 && rng.Chance(0.7))
                {
                    rate.Take(room, now);
                    taken += room;
                }
            }

            var seconds = (now - s_start).TotalSeconds;
            Assert.True(taken <= burst + (perSecond * seconds) + 1, $"{taken} of {burst} + {perSecond} * {seconds}");
        }
    }

    [Fact]
    public void A_bucket_that_is_never_full_gives_every_byte_of_its_rate()
    {
        const int PerSecond = 7;
        var rate = new ByteRate(PerSecond, burstBytes: 1000);
        var (now, taken) = (s_start, 1000L);
        rate.Take(taken, now);
        for (var step = 0; step < 3000; step++)
        {
            now += TimeSpan.FromMilliseconds(37);
            var room = rate.Room(now);
            rate.Take(room, now);
            taken += room;
        }

        Assert.Equal(1000 + (long)(PerSecond * (now - s_start).TotalSeconds), taken);
    }

    [Fact]
    public void What_flowed_off_meanwhile_need_not_be_waited_for()
    {
        var rate = new ByteRate(1000, burstBytes: 1000);
        rate.Take(1500, At(0));
        Assert.Equal(At(0.6), rate.WhenRoom(100, At(0.5)));
        Assert.Equal(At(1.5), rate.WhenRoom(2000, At(0.5))); // the burst, not more than there can ever be
    }

    [Fact]
    public void A_byte_is_free_with_the_first_tick_that_it_has_flowed_off()
    {
        var rate = new ByteRate(3, burstBytes: 1);
        rate.Take(1, At(0));
        Assert.Equal(0, rate.Room(s_start + TimeSpan.FromTicks(3_333_333)));
        Assert.Equal(1, rate.Room(s_start + TimeSpan.FromTicks(3_333_334)));
    }

    [Fact]
    public void Waiting_for_room_gives_room()
    {
        var rng = new Rng(4);
        var rate = new ByteRate(1234, 5000);
        var now = s_start;
        for (var step = 0; step < 1000; step++)
        {
            rate.Take(rng.Below(20_000), now);
            var wanted = rng.Between(1, 5000);
            var (early, before) = (rate, now);
            now = rate.WhenRoom(wanted, now);
            Assert.True(now == before || early.Room(now - TimeSpan.FromTicks(1)) < wanted, "it waits no longer than it must");
            Assert.True(rate.Room(now) >= wanted);
        }

        rate.Take(long.MaxValue, now); // the peer's numbers make no overflow
        Assert.True(rate.Room(now) < 0);
    }

    [Fact]
    public void A_count_is_never_exceeded_by_threads_that_race()
    {
        var limit = new CountLimit(10, Reason.TooManyConnections);
        var over = 0;
        Parallel.For(0, 64, _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (limit.TryEnter() == Reason.None)
                {
                    Interlocked.Add(ref over, limit.Count > 74 ? 1 : 0); // entered ones, and those on their way to be refused
                    limit.Leave();
                }
            }
        });
        Assert.Equal((0, 0), (limit.Count, over));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Reason.None, limit.TryEnter());
        }

        Assert.Equal(Reason.TooManyConnections, limit.TryEnter());
        Assert.Equal((10, 10), (limit.Count, limit.Most));
    }

    [Fact]
    public void Leaving_without_entering_is_a_fault_of_ours() =>
        Assert.Throws<InvalidOperationException>(new CountLimit(1, Reason.TooManyConnections).Leave);

    private static Instant At(double seconds) => s_start + TimeSpan.FromSeconds(seconds);
}
