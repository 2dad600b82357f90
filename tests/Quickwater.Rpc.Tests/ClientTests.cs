using System.Buffers.Binary;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>The client's session, against bytes.</summary>
public sealed class ClientTests : IDisposable
{
    private const int ServerBodyBytesMax = 100_000;
    private const int ServerInFlightMax = 2;

    private Caller? _caller;

    private Caller Caller => _caller ?? throw new InvalidOperationException("not opened");

    private Driver Driver => Caller.Driver;

    private RpcClientSession Session => Caller.Session;

    public void Dispose() => _caller?.Dispose();

    [Fact]
    public void It_asks_first_and_calls_when_it_has_the_answer()
    {
        Open();
        var call = Caller.Call("echo", "1");
        Driver.Turn();
        var asked = Assert.Single(Driver.Frames());
        Assert.Equal((0u, """{"method":"rpc.hello","params":{"version":1}}"""), (asked.Id, asked.Text));
        Assert.Equal(RpcClientMode.Asking, Session.Mode);
        Driver.Feed(Caller.Hello(ServerBodyBytesMax, ServerInFlightMax));
        Assert.Equal(RpcClientMode.Extended, Session.Mode);
        Assert.Equal([1, 0, 4, .. "echo1"u8], Assert.Single(Driver.Frames()).Body);
        Driver.Feed(Frame.Of(1, [4, 0, .. "1"u8]));
        Assert.Equal("1", call.Result);
        Assert.Equal(0, Session.InFlight);
        Driver.Feed(Frame.Of(1, [4, 0, .. "2"u8])); // nobody waits for it any more
    }

    [Theory]
    [InlineData("""{"error":{"code":-32601,"message":"no"}}""")]
    [InlineData("""{"result":5}""")]
    [InlineData("nonsense")]
    public void With_a_server_that_has_only_the_base_it_speaks_the_base(string answer)
    {
        Open();
        Driver.Turn();
        Driver.Frames();
        Driver.Feed(Frame.Of(0, answer));
        Assert.Equal(RpcClientMode.Base, Session.Mode);
        var calls = new[] { Caller.Call("a\"b", "[1]"), Caller.Call("c", "2"), Caller.Call("d", "3") };
        var (binary, stream) = (Caller.Call("bytes", "x", RpcEncoding.Binary), Caller.Call("stream", "1", credit: 5));
        Driver.Turn();
        var sent = Driver.Frames();
        Assert.Equal("""{"method":"a\u0022b","params":[1]}""", sent[0].Text);
        Assert.Equal([1u, 2u, 3u], sent.Select(frame => frame.Id));
        Assert.All([binary, stream], one => Assert.Equal((RpcErrorCode.Unsupported, false), (one.Error?.Code, one.Error?.MayHaveRun)));
        Driver.Feed([.. Frame.Of(2, """{"error":{"code":7,"message":"m"}}"""), .. Frame.Of(1, """{"result":[2]}"""), .. Frame.Of(3, "{}")]);
        Assert.Equal("[2]", calls[0].Result);
        Assert.Equal(new RpcError((RpcErrorCode)7, "m"), calls[1].Error);
        Assert.Equal(RpcErrorCode.MalformedAnswer, calls[2].Error?.Code);
    }

    [Fact]
    public void A_server_that_does_not_answer_the_question_is_left()
    {
        Open();
        var call = Caller.Call("a", "1");
        Driver.Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(Reason.None, Session.Ended);
        Driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.HandshakeTimeout, Session.Ended);
        Assert.Equal((RpcErrorCode.ConnectionLost, false), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Fact]
    [Requirement("RPC-14/client-caps")]
    public void It_keeps_the_servers_bound_and_its_own()
    {
        Open(new RpcClientOptions { InFlightMax = 3 });
        Driver.Feed(Caller.Hello(ServerBodyBytesMax, ServerInFlightMax));
        Driver.Frames();
        var calls = new[] { Caller.Call("a", "1"), Caller.Call("a", "2"), Caller.Call("a", "3") };
        Assert.False(Session.TryCall(new Asked("a", "4")));
        Driver.Turn();
        Assert.Equal(2, Driver.Frames().Count);
        Driver.Feed(Frame.Of(2, [4, 0, .. "x"u8]));
        Assert.Equal(3u, Assert.Single(Driver.Frames()).Id);
        Assert.Equal([null, "x", null], calls.Select(call => call.Result));
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_deadline_travels_as_what_is_left_of_it_and_holds_here_too()
    {
        OpenExtended();
        var early = Caller.Call("a", "1", deadline: Driver.Now + TimeSpan.FromMilliseconds(100));
        var late = Caller.Call("a", "1", deadline: Driver.Now + TimeSpan.FromMilliseconds(200), trace: new RpcTraceContext(1, 2, 3));
        Driver.Turn();
        var sent = Driver.Frames();
        Assert.Equal([1, 2, 1, (byte)'a', 0, 0, 0, 100, (byte)'1'], sent[0].Body);
        Assert.Equal([1, 6, 1, (byte)'a', 0, 0, 0, 200], sent[1].Body[..8]);
        var unsent = Caller.Call("a", "1", deadline: Driver.Now + TimeSpan.FromMilliseconds(150)); // beyond the server's bound of two
        Driver.Pass(TimeSpan.FromMilliseconds(199));
        Assert.Equal((RpcErrorCode.DeadlineExceeded, true), (early.Error?.Code, early.Error?.MayHaveRun));
        Assert.Null(late.Error);
        Assert.Null(unsent.Result);
    }

    [Fact]
    public void A_call_that_ran_out_of_time_before_it_was_sent_has_not_run()
    {
        Open();
        var call = Caller.Call("a", "1", deadline: Driver.Now + TimeSpan.FromMilliseconds(10));
        Driver.Turn();
        Driver.Pass(TimeSpan.FromMilliseconds(10));
        Assert.Equal((RpcErrorCode.DeadlineExceeded, false), (call.Error?.Code, call.Error?.MayHaveRun));
        Driver.Frames();
        Driver.Feed(Caller.Hello(ServerBodyBytesMax, ServerInFlightMax));
        Assert.Empty(Driver.Frames());
    }

    [Fact]
    public void Cancelling_tells_the_server_of_a_call_that_was_sent()
    {
        OpenExtended();
        var (sent, second, unsent) = (Caller.Call("a", "1"), Caller.Call("a", "1"), Caller.Call("a", "1"));
        Driver.Turn();
        Driver.Frames();
        Session.Cancel(sent);
        Session.Cancel(unsent);
        Session.Cancel(sent);
        Driver.Turn();
        Assert.Equal([2], Assert.Single(Driver.Frames()).Body);
        Assert.Equal((RpcErrorCode.Cancelled, true), (sent.Error?.Code, sent.Error?.MayHaveRun));
        Assert.Equal((RpcErrorCode.Cancelled, false), (unsent.Error?.Code, unsent.Error?.MayHaveRun));
        Assert.Null(second.Error);
    }

    [Fact]
    public void Cancelling_in_the_base_form_is_between_caller_and_client()
    {
        Open(new RpcClientOptions { Extensions = false });
        var call = Caller.Call("a", "1");
        Driver.Turn();
        Assert.Single(Driver.Frames());
        Session.Cancel(call);
        Driver.Turn();
        Assert.Empty(Driver.Frames());
        Assert.Equal(RpcErrorCode.Cancelled, call.Error?.Code);
    }

    [Fact]
    public void A_stream_gives_items_and_credit_goes_back()
    {
        OpenExtended();
        var call = Caller.Call("s", "1", credit: 60);
        Driver.Turn();
        Assert.Equal([1, 8, 1, (byte)'s', 0, 0, 0, 60, (byte)'1'], Assert.Single(Driver.Frames()).Body);
        Driver.Feed([.. Frame.Of(1, [6, 0, .. "\"a\""u8]), .. Frame.Of(1, [6, 0, .. "\"b\""u8])]);
        Assert.Equal(["\"a\"", "\"b\""], call.Items);
        Session.AddCredit(call, 17);
        Driver.Turn();
        Assert.Equal([3, 0, 0, 0, 17], Assert.Single(Driver.Frames()).Body);
        Driver.Feed(Frame.Of(1, [4, 0, .. "null"u8]));
        Assert.Equal("null", call.Result);
        Session.AddCredit(call, 17);
        Driver.Turn();
        Assert.Empty(Driver.Frames());
    }

    [Fact]
    public void A_server_that_sends_beyond_its_credit_is_left()
    {
        OpenExtended();
        var call = Caller.Call("s", "1", credit: 20);
        Driver.Turn();
        Driver.Feed([.. Frame.Of(1, [6, 0, .. "123456"u8]), .. Frame.Of(1, [6, 0])]);
        Assert.Equal(Reason.UnexpectedMessage, Session.Ended);
        Assert.Equal((RpcErrorCode.ConnectionLost, true), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Fact]
    public void An_answer_that_breaks_the_protocol_fails_its_call_only()
    {
        byte[][] broken = [[], [9], [4], [4, 1], [5, 0, 0], [6], [6, 0]];
        foreach (var body in broken)
        {
            OpenExtended();
            var (call, other) = (Caller.Call("a", "1"), Caller.Call("a", "1"));
            Driver.Turn();
            Driver.Feed(Frame.Of(1, body));
            Assert.Equal(RpcErrorCode.MalformedAnswer, call.Error?.Code);
            Assert.Null(other.Error);
            Driver.Dispose();
        }
    }

    [Fact]
    public void An_error_is_read()
    {
        OpenExtended();
        var call = Caller.Call("a", "1");
        Driver.Turn();
        var body = new byte[] { 5, 0, 0, 0, 0, (byte)'m' };
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), (int)RpcErrorCode.Overloaded);
        Driver.Feed(Frame.Of(1, body));
        Assert.Equal(new RpcError(RpcErrorCode.Overloaded, "m"), call.Error);
    }

    [Fact]
    public void A_call_that_meets_a_drain_before_it_is_taken_has_not_run()
    {
        OpenExtended();
        Driver.Reads = false; // the call waits in the outbox
        var call = Caller.Call("a", "1");
        Driver.Feed(Caller.Drain(0));
        Driver.Reads = true;
        Driver.Turn();
        Assert.Equal((RpcErrorCode.Draining, false), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(6000)]
    public void What_was_accepted_and_not_answered_may_have_run_wherever_the_connection_ends(int cut)
    {
        OpenExtended();
        var call = Caller.Call("a", "1");
        Driver.Turn();
        Driver.Feed([.. Caller.Drain(1), .. Frame.Of(1, new byte[9000]).AsSpan(0, cut)]);
        Driver.Finish();
        Assert.Equal((RpcErrorCode.ConnectionLost, true), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Fact]
    public void When_the_connection_is_lost_only_what_was_not_sent_has_certainly_not_run()
    {
        OpenExtended();
        var (first, second, unsent) = (Caller.Call("a", "1"), Caller.Call("a", "1"), Caller.Call("a", "1"));
        Driver.Turn();
        Driver.Close();
        Assert.All([first, second], call => Assert.Equal((RpcErrorCode.ConnectionLost, true), (call.Error?.Code, call.Error?.MayHaveRun)));
        Assert.Equal((RpcErrorCode.ConnectionLost, false), (unsent.Error?.Code, unsent.Error?.MayHaveRun));
        Session.Cancel(first); // too late to matter
        Assert.False(Session.TryCall(new Asked("a", "1")));
    }

    [Fact]
    public void It_leaves_when_its_calls_are_over_or_at_once_when_told()
    {
        OpenExtended();
        var call = Caller.Call("a", "1");
        Driver.Turn();
        Driver.Tell(Command.Drain);
        Assert.False(Session.TakesCalls);
        Assert.Equal(Reason.None, Session.Ended);
        Driver.Feed(Frame.Of(1, [4, 0, .. "1"u8]));
        Assert.Equal("1", call.Result);
        Assert.Equal(Reason.Completed, Session.Ended);
        Driver.Dispose();

        OpenExtended();
        Driver.Tell(Command.Kick(Reason.Cancelled));
        Assert.Equal(Reason.Cancelled, Session.Ended);
    }

    [Fact]
    public void A_malformed_frame_ends_it()
    {
        OpenExtended();
        Driver.Feed(new byte[12]);
        Assert.Equal(Reason.MalformedHeader, Session.Ended);
    }

    [Fact]
    public void A_slow_server_is_sent_as_much_as_fits()
    {
        OpenExtended();
        Driver.BatchBytes = 4096;
        Caller.Call("a", $"\"{new string('x', 20_000)}\"");
        Driver.Turn();
        Assert.Single(Driver.Frames());
    }

    [Fact]
    public void A_call_may_be_made_before_the_connection_opens()
    {
        var call = new Asked("a", "1");
        using var driver = new Driver(buffers =>
        {
            var session = new RpcClientSession(new RpcClientOptions { Extensions = false }, buffers);
            Assert.True(session.TryCall(call));
            return session;
        });
        driver.Turn();
        driver.Feed(Frame.Of(Assert.Single(driver.Frames()).Id, """{"result":1}"""));
        Assert.Equal("1", call.Result);
    }

    [Fact]
    public void A_method_needs_a_name()
    {
        Assert.Throws<ArgumentException>(() => new Asked("", "1"));
        Assert.Throws<ArgumentException>(() => new Asked(new string('x', 256), "1"));
    }

    [Fact]
    public void A_call_that_takes_no_items_passes_over_them()
    {
        OpenExtended();
        var call = new Deaf { Credit = 100 };
        Assert.True(Session.TryCall(call));
        Driver.Turn();
        Driver.Feed([.. Frame.Of(1, [6, 0]), .. Frame.Of(1, [4, 0])]);
        Assert.True(call.Done);
        Assert.Equal(("deaf", "1", RpcEncoding.Json), (call.Method, Encoding.UTF8.GetString(call.Payload.Span), call.PayloadEncoding));
    }

    private void Open(RpcClientOptions? options = null) => _caller = new Caller(options);

    private void OpenExtended() => _caller = Caller.Extended(bodyBytesMax: ServerBodyBytesMax, inFlightMax: ServerInFlightMax);

    private sealed class Deaf() : RpcOutgoing("deaf", "1"u8.ToArray(), RpcEncoding.Json)
    {
        public bool Done { get; private set; }

        protected internal override void Completed(ReadOnlySpan<byte> result) => Done = true;

        protected internal override void Failed(RpcError error) => Done = true;
    }
}
