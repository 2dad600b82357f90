using System.Net;
using Xunit;

namespace Quickwater.Core.Tests;

public sealed class TickerTests : ITicked, IDisposable
{
    private readonly Bench _bench = new();
    private readonly Ticker _ticker;
    private readonly List<Instant> _ticks = [];
    private TimeSpan? _period = TimeSpan.FromSeconds(1);
    private Reason _stopped;
    private int _stops;
    private bool _throws;

    public TickerTests()
    {
        var nowhere = new IPEndPoint(IPAddress.None, 0);
        _ticker = new Ticker(_bench.Engine, new ConnectionInfo(0, "ticker", nowhere, nowhere), this);
    }

    [Fact]
    public void It_ticks_at_the_times_it_names()
    {
        _ticker.Wake();
        for (var i = 0; i < 7; i++)
        {
            _bench.Advance(0.5);
        }

        Assert.Equal([0, 1, 2, 3], _ticks.Select(static at => (int)Math.Round(at.Ticks / 1e7)));
    }

    [Fact]
    public void Without_a_time_it_ticks_when_it_is_woken()
    {
        _period = null;
        _ticker.Wake();
        _ticker.Wake();
        _bench.Advance(100);
        Assert.Single(_ticks);
        _ticker.Wake();
        _bench.Advance(1);
        Assert.Equal(2, _ticks.Count);
    }

    [Fact]
    public void It_stops_once_for_the_first_reason_and_never_ticks_again()
    {
        _ticker.Wake();
        _bench.Advance(1.5);
        _ticker.Stop(Reason.Drained);
        _ticker.Post(Command.Kick(Reason.Kicked));
        _bench.Advance(5);
        _ticker.Wake();
        _bench.Advance(5);
        Assert.Equal((2, 1, Reason.Drained, true), (_ticks.Count, _stops, _stopped, _ticker.IsOver));
        Assert.False(_ticker.Post(Command.Drain));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_ticker_that_throws_is_reported_and_stopped_even_if_its_observer_throws(bool observer)
    {
        (_throws, _bench.Throws) = (true, observer);
        _ticker.Wake();
        _bench.Advance(5);
        Assert.Equal((1, 1, Reason.LocalFault), (_bench.Faults.Count, _stops, _stopped));
    }

    Instant ITicked.Tick(Instant now)
    {
        _ticks.Add(now);
        return _throws ? throw new InvalidOperationException("A fault.") : _period is { } period ? now + period : Instant.Never;
    }

    void ITicked.Stop(Reason why, Instant now)
    {
        _stops++;
        _stopped = why;
    }

    public void Dispose() => _bench.Dispose();
}
