using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>How bytes reach a session.</summary>
[Requirement("AUD-2.2")]
public sealed class ConnectionReceiveTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("AUD-2.2/reads")]
    public void Bytes_left_are_offered_again_with_more_behind_them(bool atOnce)
    {
        // Messages of four bytes, arriving three bytes at a time.
        var messages = new List<byte[]>();
        var session = new ScriptSession
        {
            OnReceive = bytes =>
            {
                var taken = bytes.Length / 4 * 4;
                messages.AddRange(bytes[..taken].Chunk(4));
                return ReceiveResult.NeedMore(taken);
            },
        };
        var transport = new ScriptTransport(_bench.Engine.Leaks) { ReceivesAtOnce = atOnce };
        var (connection, _, _) = _bench.Open(session, transport);
        var input = Enumerable.Range(0, 60).Select(i => (byte)i).ToArray();
        foreach (var piece in input.Chunk(3))
        {
            transport.Deliver(piece);
            transport.CompleteReceiveIfWaiting(); // the wait
            transport.CompleteReceiveIfWaiting(); // the read
        }

        Assert.Equal(input, messages.SelectMany(message => message));
        Assert.Equal(60, connection.Stats.BytesReceived);
        Assert.Equal(0, connection.BufferedInput);
    }

    [Fact]
    public void An_idle_connection_waits_without_a_buffer()
    {
        var transport = new ScriptTransport(_bench.Engine.Leaks) { ReceivesAtOnce = false };
        var (connection, _, _) = _bench.Open(transport: transport);
        Assert.True(connection.ReceiveInFlight);
        Assert.Equal(0, transport.BufferLength);
        transport.Deliver(1);
        transport.CompleteReceive();
        Assert.True(transport.BufferLength >= 32 * 1024);
        transport.CompleteReceive();
        Assert.Equal(0, transport.BufferLength);
    }

    [Fact]
    public void A_paused_session_is_not_read_for_and_is_asked_again_after_other_events()
    {
        var paused = true;
        var session = new ScriptSession
        {
            OnReceive = bytes => paused ? ReceiveResult.Paused(Math.Min(1, bytes.Length)) : ReceiveResult.NeedMore(bytes.Length),
        };
        var (connection, _, transport) = _bench.Open(session);
        transport.Deliver(1, 2, 3);
        Assert.False(connection.ReceiveInFlight);
        transport.Deliver(4);
        Assert.Equal(1, transport.InputLeft);
        Assert.True(connection.BufferedInput > 0);

        paused = false;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([1, 2, 3, 4], session.Input);
        Assert.True(connection.ReceiveInFlight);
        Assert.Contains("receive-paused", _bench.Marks);
    }

    [Fact]
    public void A_session_that_holds_hears_of_the_end_at_once_and_is_given_what_it_left_when_it_goes_on()
    {
        var holds = true;
        var session = new ScriptSession
        {
            OnReceive = bytes => holds ? ReceiveResult.Held(0) : ReceiveResult.NeedMore(bytes.Length),
        };
        var (connection, _, transport) = _bench.Open(session);
        transport.Deliver(1, 2, 3);
        transport.Deliver(4);
        Assert.Equal(4, connection.BufferedInput);
        Assert.True(connection.ReceiveInFlight);

        holds = false;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([1, 2, 3, 4], session.Input);

        holds = true;
        transport.Deliver(5);
        transport.EndInput();
        Assert.Contains("finished", session.Log);
        Assert.Equal(1, connection.BufferedInput);
    }

    [Fact]
    public void A_session_that_held_goes_on_while_a_receive_behind_what_it_left_is_under_way()
    {
        var holds = true;
        var session = new ScriptSession
        {
            OnReceive = bytes => holds ? ReceiveResult.Held(0) : ReceiveResult.NeedMore(bytes.Length),
        };
        var transport = new ScriptTransport(_bench.Engine.Leaks) { ReceivesAtOnce = false };
        var (connection, _, _) = _bench.Open(session, transport);
        transport.Deliver(1, 2);
        transport.CompleteReceive(); // the wait
        transport.CompleteReceive(); // the read
        transport.Deliver(3);
        transport.CompleteReceive(); // the wait: the read is under way
        holds = false;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([1, 2], session.Input);

        transport.CompleteReceive();
        Assert.Equal([1, 2, 3], session.Input);
        Assert.Equal(Reason.None, connection.Ended);
    }

    [Fact]
    public void For_a_session_that_holds_no_more_is_received_than_the_receive_buffer_has_room_for()
    {
        var session = new ScriptSession { OnReceive = _ => ReceiveResult.Held(0) };
        var (connection, _, transport) = _bench.Open(session);
        for (var i = 0; i < 20; i++)
        {
            transport.Deliver(new byte[10_000]);
        }

        Assert.False(connection.ReceiveInFlight);
        Assert.InRange(connection.BufferedInput, 32 * 1024, 64 * 1024);
        Assert.True(transport.InputLeft > 0);
        Assert.Equal(Reason.None, connection.Ended);
    }

    [Fact]
    public void A_paused_session_is_asked_again_by_an_answer_a_tick_and_a_send()
    {
        var open = false;
        var session = new ScriptSession
        {
            OnReceive = bytes => open ? ReceiveResult.NeedMore(bytes.Length) : ReceiveResult.Paused(0),
        };
        var (connection, _, transport) = _bench.Open(session);
        session.OnHandle = _ => open = true;
        session.OnTick = () => open = true;
        transport.SendsAtOnce = false;
        Action[] events =
        [
            () => connection.Post(Command.Answer(1, Reason.None)),
            () =>
            {
                session.Deadline = _bench.Engine.Clock.Now + TimeSpan.FromSeconds(1);
                connection.Wake();
                _bench.Advance(2);
            },
            () =>
            {
                session.Say(1);
                connection.Wake();
                _bench.Scheduler.RunAll();
                open = true;
                transport.CompleteSend();
            },
        ];
        foreach (var happens in events)
        {
            open = false;
            session.Input.Clear();
            transport.Deliver(7);
            Assert.Empty(session.Input);
            happens();
            _bench.Scheduler.RunAll();
            Assert.Equal([7], session.Input);
        }
    }

    [Fact]
    public void A_session_that_is_done_is_never_given_bytes_again()
    {
        var session = new ScriptSession { OnReceive = _ => ReceiveResult.Done(1) };
        var (connection, _, transport) = _bench.Open(session);
        transport.Deliver(1, 2, 3);
        transport.Deliver(4, 5, 6);
        Assert.Equal(["receive 3"], session.Log);
        Assert.Equal(0, transport.InputLeft);
        Assert.Equal(6, connection.Stats.BytesReceived);
        transport.EndInput();
        Assert.Equal(["receive 3", "finished"], session.Log);
    }

    [Fact]
    public void A_session_that_cannot_use_a_full_buffer_ends_with_its_reason()
    {
        var session = new ScriptSession { OnReceive = _ => ReceiveResult.NeedMore(0) };
        var (connection, _, transport) = _bench.Open(session);
        for (var i = 0; i < 40 && connection.Ended == Reason.None; i++)
        {
            transport.Deliver(new byte[1000]);
        }

        Assert.Equal(Reason.ReceiveBufferFull, connection.Ended);
        Assert.InRange(connection.Stats.BytesReceived, 32 * 1024, 33 * 1024);
        Assert.Equal(1, transport.CloseCalls);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_session_that_claims_bytes_it_was_not_given_is_a_local_fault(int claim)
    {
        var session = new ScriptSession { OnReceive = _ => ReceiveResult.NeedMore(claim) };
        var (connection, _, transport) = _bench.Open(session);
        transport.Deliver(1, 2, 3);
        Assert.Equal(Reason.LocalFault, connection.Ended);
        Assert.Single(_bench.Faults);
    }

    [Fact]
    public void A_half_closed_peer_still_gets_its_answers()
    {
        var (connection, session, transport) = _bench.Open();
        transport.Deliver(1);
        transport.EndInput();
        Assert.Equal(1, session.CountOf("finished"));
        Assert.Equal(Reason.None, connection.Ended);
        session.Say(42);
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal([42], transport.Sent);

        session.Ended = Reason.Completed;
        connection.Wake();
        _bench.Scheduler.RunAll();
        Assert.Equal(Reason.Completed, connection.Ended);
        Assert.True(transport.Finished);
        Assert.Equal(1, session.CountOf("finished"));
    }

    [Fact]
    public void A_flood_of_input_does_not_keep_a_kick_waiting()
    {
        var (connection, session, transport) = _bench.Open(run: false);
        for (var i = 0; i < 1000; i++)
        {
            transport.Deliver(new byte[32 * 1024]);
        }

        session.OnHandle = command => session.Ended = command.Reason;
        _bench.Scheduler.RunOne();
        connection.Post(Command.Kick(Reason.Kicked));
        var before = session.Input.Count;
        _bench.Scheduler.RunOne();
        Assert.Equal(Reason.Kicked, session.Ended);
        Assert.Equal(before, session.Input.Count);
    }
}
