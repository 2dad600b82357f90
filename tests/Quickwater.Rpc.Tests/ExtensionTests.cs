using System.Buffers.Binary;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>What is negotiated, at the server: docs/wire/rpc.md.</summary>
public sealed class ExtensionTests
{
    [Fact]
    public void Hello_tells_version_and_limits_and_base_requests_go_on()
    {
        using var served = new Served();
        Assert.Equal(
            """{"result":{"version":1,"bodyBytesMax":1048576,"inFlightMax":4096,"streamCreditMax":1048576}}""",
            served.AskOne(Frame.Base(9, "rpc.hello", """{"version":3}""")));
        Assert.Equal("""{"result":"pong"}""", served.AskOne(Frame.Base(1, "ping")));
        Assert.Contains("-32700", served.AskOne(Frame.Of(2, "")), StringComparison.Ordinal);
        Assert.Contains("-32700", served.AskOne(Frame.Of(2, [0x1F])), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_hello_an_extended_body_is_only_not_JSON()
    {
        using var served = new Served();
        Assert.Contains("-32700", served.AskOne(Frame.Call(1, "ping")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_client_is_told_nothing_of_a_drain()
    {
        using var served = new Served();
        served.Driver.Tell(Command.Drain);
        Assert.Empty(served.Driver.Frames());
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    [Fact]
    public void Results_and_errors_have_the_extended_form()
    {
        using var served = new Served(hello: true);
        Assert.Equal([4, 0, .. "\"pong\""u8], Assert.Single(served.Ask(Frame.Call(1, "ping"))).Body);
        Assert.Equal([4, 1, .. "raw"u8], Assert.Single(served.Ask(Frame.Call(1, "echo", "raw", RpcEncoding.Binary))).Body);
        Assert.Equal([5, .. Code(RpcErrorCode.MethodNotFound), .. "There is no such method."u8], Assert.Single(served.Ask(Frame.Call(1, "none"))).Body);
        Assert.Equal(RpcErrorCode.Unsupported, ErrorOf(served.Ask(Frame.Call(1, "add", "x", RpcEncoding.Binary))));
        Assert.Equal(RpcErrorCode.InternalError, ErrorOf(served.Ask(Frame.Call(1, "throw"))));
        foreach (byte[] cut in new byte[][] { [1], [2, 0], [3, 0], [4], [7] })
        {
            Assert.Equal(RpcErrorCode.ParseError, ErrorOf(served.Ask(Frame.Of(1, cut))));
        }

        Assert.Equal(7, served.Server.Stats.Errors - 1);
    }

    [Fact]
    [Requirement("RPC-14/deadlines")]
    public void A_deadline_and_a_trace_reach_the_method()
    {
        using var served = new Served(hello: true);
        var trace = new RpcTraceContext(12, 34, 1);
        served.Driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([4, 1, .. "x"u8], Assert.Single(served.Ask(Frame.Call(1, "bytes", "x", RpcEncoding.Binary, 250, trace: trace))).Body);
        Assert.Equal((trace, served.Driver.Now + TimeSpan.FromMilliseconds(250), RpcEncoding.Binary), (served.Trace, served.Deadline, served.Encoding));
        served.Ask(Frame.Call(2, "bytes", "x", RpcEncoding.Binary, uint.MaxValue));
        Assert.Equal(served.Driver.Now + TimeSpan.FromSeconds(60), served.Deadline); // the server's own limit

        served.Ask(Frame.Call(3, "held", milliseconds: 40, trace: trace));
        Assert.Equal((trace, served.Driver.Now + TimeSpan.FromMilliseconds(40)), (served.Held.Calls[0].Trace, served.Held.Calls[0].Deadline));
        Assert.Same(served.Driver.Tls, served.Held.Calls[0].Tls);
        served.Driver.Pass(TimeSpan.FromMilliseconds(40));
        Assert.Equal(RpcErrorCode.DeadlineExceeded, ErrorOf(served.Driver.Frames()));
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_cancelled_call_is_answered_at_once_and_keeps_its_place()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 2 }, hello: true);
        served.Ask(Frame.Call(1, "held"), Frame.Call(2, "sleep", """{"ms":50}"""));
        var answers = served.Ask(Frame.Of(1, [2]), Frame.Of(2, [2]), Frame.Of(3, [2]));
        Assert.Equal([1u, 2u], answers.Select(frame => frame.Id));
        Assert.All(answers, frame => Assert.Equal(RpcErrorCode.Cancelled, ErrorOf([frame])));
        Assert.Equal([Reason.Cancelled], served.Held.Stops);
        Assert.Empty(served.Ask(Frame.Call(4, "held"))); // the sleep's place is free, the method's is not
        Assert.Equal(RpcErrorCode.Overloaded, ErrorOf(served.Ask(Frame.Call(5, "held"))));
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(4u, Assert.Single(served.Driver.Frames()).Id);
    }

    [Fact]
    public void An_id_may_be_used_again_when_its_call_is_over_and_not_before()
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(1, "held"));
        foreach (var again in new[] { Frame.Call(1, "held"), Frame.Call(1, "bytes", "x", RpcEncoding.Binary), Frame.Call(1, "ping"), Frame.Call(1, "sleep", """{"ms":1}""") })
        {
            Assert.Equal(RpcErrorCode.InvalidRequest, ErrorOf(served.Ask(again)));
        }

        Assert.Contains("-32600", served.AskOne(Frame.Base(1, "ping")), StringComparison.Ordinal); // the answers could not be told apart
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(4, Assert.Single(served.Driver.Frames()).Body[0]);
        Assert.Empty(served.Ask(Frame.Call(1, "held")));
    }

    [Fact]
    public void In_the_base_form_ids_are_the_callers_own()
    {
        using var served = new Served();
        Assert.Empty(served.Ask(Frame.Base(1, "held"), Frame.Base(1, "held")));
        Assert.Single(served.Ask(Frame.Base(1, "ping")));
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal([1u, 1u], served.Driver.Frames().Select(frame => frame.Id));
    }

    [Fact]
    public void Parameters_nested_too_deep_are_named_in_the_error()
    {
        using var served = new Served(hello: true);
        Assert.Contains("nested deeper than 64 levels", served.AskOne(Frame.Call(1, "add", Frame.Nested(65))), StringComparison.Ordinal);
        Assert.DoesNotContain("nested", served.AskOne(Frame.Call(1, "add", Frame.Nested(64))), StringComparison.Ordinal);
        Assert.DoesNotContain("nested", served.AskOne(Frame.Call(1, "add", "[[not JSON")), StringComparison.Ordinal);
        Assert.True(RpcJsonDepth.IsBeyond(2, """{"a":{"b":{}}}"""u8));
        Assert.False(RpcJsonDepth.IsBeyond(2, """{"a":{"b":1}}"""u8));
        Assert.Equal("nested deeper than 2 levels", RpcJsonDepth.WhyNot("[[[]]]"u8, new System.Text.Json.JsonSerializerOptions { MaxDepth = 2 }));
    }

    [Theory]
    [Requirement("RPC-8")]
    [InlineData("ping", 5)]
    [InlineData("held", 5)]
    [InlineData("sleep", 5)]
    [InlineData("bytes", 5)]
    [InlineData("missing", 4)] // was refused: it has not run
    [InlineData("add", 5)]
    public void The_last_word_is_the_last_call_that_was_accepted(string method, byte last)
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(4, "ping"));
        served.Ask(Frame.Call(5, method, method == "sleep" ? """{"ms":1}""" : "{}", method == "bytes" ? RpcEncoding.Binary : RpcEncoding.Json));
        served.Driver.Tell(Command.Drain);
        Assert.Equal([7, 0, 0, 0, last], Assert.Single(served.Driver.Frames()).Body);
    }

    [Fact]
    public void Who_asks_for_the_extensions_behind_a_drain_is_told_of_it()
    {
        using var served = new Served(new RpcLimits { InFlightPerConnectionMax = 1 });
        served.Ask(Frame.Base(1, "held"), Frame.Base(2, "held"), Frame.Base(3, "rpc.hello", """{"version":1}"""), Frame.Call(4, "ping"));
        served.Driver.Tell(Command.Drain);
        Assert.Empty(served.Driver.Frames());
        served.Held.AnswerAll();
        served.Driver.Turn();
        var frames = served.Driver.Frames();
        Assert.Equal([1u, 3u, 0u, 4u], frames.Select(frame => frame.Id));
        Assert.Equal([7, 0, 0, 0, 3], frames[2].Body);
        Assert.Equal(RpcErrorCode.Draining, ErrorOf([frames[3]]));
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    [Fact]
    public void An_extended_caller_that_was_idle_too_long_hears_the_last_word()
    {
        using var served = new Served(new RpcLimits { IdleTimeout = TimeSpan.FromSeconds(5) }, hello: true);
        served.Driver.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(Reason.IdleTimeout, served.Driver.Session.Ended);
        Assert.Equal([7, 0, 0, 0, 0], Assert.Single(served.Driver.Frames()).Body);
    }

    [Fact]
    public void When_a_drain_runs_out_of_time_an_extended_caller_hears_the_last_word_once_and_what_was_cut_off()
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(1, "held"));
        served.Driver.Tell(Command.Drain);
        served.Driver.Tell(Command.Kick(Reason.DrainTimeout)); // the grace is over
        var frames = served.Driver.Frames();
        Assert.Equal([7, 0, 0, 0, 1], frames[0].Body); // and it is said once
        Assert.Equal(RpcErrorCode.Interrupted, ErrorOf([frames[1]]));
    }

    [Fact]
    [Requirement("RPC-7")]
    public void A_call_that_is_too_long_is_answered_and_streams_go_on_to_their_end()
    {
        using var served = new Served(new RpcLimits { BodyBytesMax = 1024 }, hello: true);
        served.Ask(Frame.Call(1, "stream", credit: 20));
        var told = served.Ask(Frame.Of(2, new byte[2000]), Frame.Call(3, "ping"), Frame.Of(1, [3, 0, 0, 1, 0]));
        Assert.Equal([2u, 0u, 3u], told.Select(frame => frame.Id));
        Assert.Equal([RpcErrorCode.RequestTooLarge, RpcErrorCode.Draining], new[] { told[0], told[2] }.Select(frame => ErrorOf([frame])));
        Assert.Equal([7, 0, 0, 0, 1], told[1].Body);
        Assert.Equal(RpcItemStatus.Written, served.Stream.Calls[0].TryWriteItem(new byte[100]));
        served.Stream.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(2, served.Driver.Frames().Count);
        Assert.Equal(Reason.MessageTooLarge, served.Driver.Session.Ended);
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_stream_never_sends_more_than_its_credit()
    {
        using var served = new Served(new RpcLimits { StreamCreditMax = 2000 }, hello: true);
        served.Ask(Frame.Call(1, "stream", "\"p\"", credit: 50));
        var call = served.Stream.Calls[0];
        Assert.Equal("\"p\"", Encoding.UTF8.GetString(call.Payload.Span));
        Assert.Equal(RpcItemStatus.Written, call.TryWriteItem("0123456789"u8)); // 24 with its frame
        Assert.Equal(RpcItemStatus.Written, call.TryWriteItem("0123456789"u8));
        Assert.Equal(RpcItemStatus.NoCredit, call.TryWriteItem(""u8));
        Assert.Equal(RpcItemStatus.TooLarge, call.TryWriteItem(new byte[1987]));
        served.Driver.Turn();
        Assert.All(served.Driver.Frames(), frame => Assert.Equal([6, 0, .. "0123456789"u8], frame.Body));
        served.Ask(Frame.Of(1, [3, 0, 0, 0, 12]), Frame.Of(2, [3, 0, 0, 0, 12]));
        Assert.Equal(1, served.Stream.Credits);
        Assert.Equal(RpcItemStatus.Written, call.TryWriteItem(""u8));
        served.Ask(Frame.Of(1, [3, 0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Equal(RpcItemStatus.Written, call.TryWriteItem(new byte[1986])); // and no more than the server's own limit
        Assert.Equal(RpcItemStatus.NoCredit, call.TryWriteItem(""u8));
        call.Complete("null"u8);
        Assert.Equal(RpcItemStatus.Over, call.TryWriteItem(""u8));
        served.Stream.Calls.Clear();
        served.Driver.Turn();
        Assert.Equal(4, served.Driver.Frames()[^1].Body[0]);
        Assert.Equal(4, served.Server.Stats.Items);
    }

    [Fact]
    public void A_stream_that_nobody_takes_any_more_is_over()
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(1, "stream", "raw", RpcEncoding.Binary, credit: 500));
        var call = served.Stream.Calls[0];
        Assert.Equal(RpcItemStatus.Written, call.TryWriteItem("x"u8));
        served.Driver.Session.Handle(Command.Kick(Reason.Kicked), served.Driver.Now); // with an item on its way
        Assert.Equal(RpcItemStatus.Over, call.TryWriteItem("x"u8));
    }

    [Fact]
    public void A_cancelled_stream_sends_no_item_that_was_on_its_way()
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(1, "stream", credit: 500), Frame.Of(1, [3, 0, 0, 0, 1]), Frame.Call(2, "sleep", """{"ms":9}"""), Frame.Of(2, [3, 0, 0, 0, 1]));
        var call = served.Stream.Calls[0];
        served.Driver.Reads = false;
        served.Driver.Feed(Frame.Of(1, [2]));
        Assert.Equal(RpcItemStatus.Over, call.TryWriteItem("x"u8));
        served.Driver.Reads = true;
        served.Driver.Turn();
        Assert.Equal(RpcErrorCode.Cancelled, ErrorOf(served.Driver.Frames()));
    }

    [Fact]
    [Requirement("RPC-8")]
    public void A_drain_is_told_refuses_calls_and_lets_streams_finish()
    {
        using var served = new Served(hello: true);
        served.Ask(Frame.Call(1, "stream", credit: 20));
        served.Driver.Tell(Command.Drain);
        var told = Assert.Single(served.Driver.Frames());
        Assert.Equal((0u, 7, 1), (told.Id, told.Body[0], told.Body[4]));
        Assert.Equal(RpcErrorCode.Draining, ErrorOf(served.Ask(Frame.Call(2, "ping"))));
        Assert.Contains("-32005", served.AskOne(Frame.Base(3, "ping")), StringComparison.Ordinal);
        served.Ask(Frame.Of(1, [3, 0, 0, 1, 0])); // credit still comes in
        Assert.Equal(RpcItemStatus.Written, served.Stream.Calls[0].TryWriteItem(new byte[100]));
        served.Stream.AnswerAll();
        served.Driver.Turn();
        Assert.Equal(2, served.Driver.Frames().Count);
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    private static byte[] Code(RpcErrorCode code)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)code);
        return bytes;
    }

    private static RpcErrorCode ErrorOf(List<Frame> frames)
    {
        var body = Assert.Single(frames).Body;
        Assert.Equal((byte)RpcFrameKind.Error, body[0]);
        return (RpcErrorCode)BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
    }
}
