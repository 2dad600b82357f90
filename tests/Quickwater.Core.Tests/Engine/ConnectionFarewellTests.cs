using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>How long a peer stays that reached a limit: as long as it takes to tell one that reads.</summary>
public sealed class ConnectionFarewellTests : IDisposable
{
    private static readonly double Farewell = new EngineOptions().FarewellTimeout.TotalSeconds;

    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    [Requirement("MED-9.9", "AUD-8.5")]
    public void A_peer_that_has_not_read_for_a_moment_is_closed_the_instant_it_reaches_a_limit()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.Say(1);
        connection.Wake();
        _bench.Advance(Farewell);
        session.Ended = Reason.DurationExceeded;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal((1, 1), (transport.CloseCalls, session.CountOf("close DurationExceeded")));
        transport.CompleteSend();
        transport.CompleteReceiveIfWaiting();
        ExpectClosed(Reason.DurationExceeded);
    }

    [Fact]
    [Requirement("MED-9.9", "AUD-8.5")]
    public void A_peer_that_stops_reading_as_it_reaches_a_limit_has_a_moment_to_be_told()
    {
        var (connection, session, transport) = _bench.Open();
        transport.SendsAtOnce = false;
        session.Say(1);
        session.Ended = Reason.IdleTimeout;
        connection.Wake();
        _bench.Advance(Farewell - 0.1);
        Assert.Equal(0, transport.CloseCalls);
        _bench.Advance(0.2);
        Assert.Equal(1, transport.CloseCalls);
        transport.CompleteSend();
        transport.CompleteReceiveIfWaiting();
        ExpectClosed(Reason.IdleTimeout);
    }

    [Fact]
    [Requirement("MED-9.9", "AUD-8.5")]
    public void A_peer_that_is_told_of_its_limit_and_stays_keeps_its_socket_for_a_moment_and_its_session_not_at_all()
    {
        var (connection, session, transport) = _bench.Open();
        session.Say(1);
        session.Ended = Reason.TooManyAttempts;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal((true, 1, 0), (transport.Finished, session.CountOf("close TooManyAttempts"), transport.CloseCalls));
        _bench.Advance(Farewell + 0.1);
        Assert.Equal((1, 1), (transport.CloseCalls, session.CountOf("close TooManyAttempts")));
        transport.CompleteReceiveIfWaiting();
        ExpectClosed(Reason.TooManyAttempts);
    }

    [Fact]
    public void Only_ends_that_no_peer_caused_deliver_all_that_is_owed() => Assert.Equal(
        [Fault.None, Fault.Local, Fault.Shutdown],
        Reasons.All.Where(ConnectionEnd.IsOrderly).Select(static why => Reasons.Describe(why).Fault).Distinct());

    private void ExpectClosed(Reason why)
    {
        Assert.Equal([why], _bench.Closes);
        Assert.Equal(0, _bench.Engine.OpenCount);
        Assert.True(_bench.Engine.Leaks.Read().IsZero, _bench.Engine.Leaks.Read().ToString());
    }
}
