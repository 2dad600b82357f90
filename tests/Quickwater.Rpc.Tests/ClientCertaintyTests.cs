using System.Buffers.Binary;
using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>What a client tells of a call that has no result: certain is only what the server said, and one call's fault is no other's.</summary>
public sealed class ClientCertaintyTests
{
    [Theory]
    [InlineData(0u)] // none but the question for the extensions was accepted
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void A_drain_says_the_last_call_that_was_accepted_and_only_what_is_behind_it_has_certainly_not_run(uint last)
    {
        using var caller = Caller.Extended();
        var calls = new[] { caller.Call("a", "1"), caller.Call("a", "2"), caller.Call("a", "3"), caller.Call("unsent", "4") };
        caller.Driver.Turn();
        caller.Driver.Feed(Caller.Drain(last));
        Assert.Equal(Enumerable.Range(1, 4).Select(id => id > last), calls.Select(call => call.Error is { Code: RpcErrorCode.Draining, MayHaveRun: false }));
        Assert.False(caller.Session.TakesCalls);
        Assert.False(caller.Session.TryCall(new Asked("a", "1")));
        caller.Driver.Feed([.. Frame.Of(1, [4, 0, .. "1"u8]), .. Frame.Of(3, [5, 0, 0, 0, 9])]); // answers of the server's own to what is behind are passed over
        caller.Driver.Finish();
        Assert.Equal(last >= 1 ? "1" : null, calls[0].Result);
        Assert.Equal(last >= 2 ? (RpcErrorCode.ConnectionLost, true) : (RpcErrorCode.Draining, false), (calls[1].Error?.Code, calls[1].Error?.MayHaveRun));
        Assert.Equal(Reason.PeerClosed, caller.Session.Ended);
    }

    [Fact]
    public void A_drain_that_does_not_say_the_last_call_breaks_the_protocol_and_nothing_is_certain()
    {
        using var caller = Caller.Extended();
        var call = caller.Call("a", "1");
        caller.Driver.Turn();
        caller.Driver.Feed(Frame.Of(0, [7, 0]));
        Assert.Equal(Reason.UnexpectedMessage, caller.Session.Ended);
        Assert.Equal((RpcErrorCode.ConnectionLost, true), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Fact]
    public void A_call_that_the_server_cut_off_may_have_run()
    {
        using var caller = Caller.Extended();
        var call = caller.Call("a", "1");
        caller.Driver.Turn();
        caller.Driver.Feed(Frame.Of(1, [5, .. Code(RpcErrorCode.Interrupted), .. "cut"u8]));
        Assert.Equal((RpcErrorCode.Interrupted, true), (call.Error?.Code, call.Error?.MayHaveRun));
    }

    [Fact]
    public void A_call_longer_than_the_server_takes_fails_alone_and_with_both_numbers()
    {
        using var caller = Caller.Extended();
        const int head = 4; // kind, flags, the name's length, the name
        var (fits, large, after) = (caller.Call("a", new string('1', Caller.ServerBodyBytesMax - head)), caller.Call("a", new string('1', Caller.ServerBodyBytesMax + 1 - head)), caller.Call("a", "1"));
        caller.Driver.Turn();
        Assert.Equal([1u, 3u], caller.Driver.Frames().Select(frame => frame.Id));
        Assert.Equal(new RpcError(RpcErrorCode.RequestTooLarge, $"The body of the call has 1001 bytes; the server takes {Caller.ServerBodyBytesMax}."), large.Error);
        Assert.False(large.Error?.MayHaveRun);
        Assert.True(fits is { Error: null, Result: null } && after is { Error: null, Result: null });
    }

    [Fact]
    public void A_server_that_does_not_say_how_long_a_body_it_takes_is_sent_any()
    {
        using var caller = new Caller();
        caller.Driver.Feed(Frame.Of(0, """{"result":{"version":1,"inFlightMax":3}}"""));
        caller.Driver.Frames();
        var call = caller.Call("a", new string('1', 10_000));
        caller.Driver.Turn();
        Assert.Single(caller.Driver.Frames());
        Assert.Null(call.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_longer_than_may_be_kept_fails_its_call_alone(bool known)
    {
        using var caller = Caller.Extended(new RpcClientOptions { BodyBytesMax = 500 });
        var (large, other) = (caller.Call("a", "1"), caller.Call("a", "1"));
        caller.Driver.Turn();
        var answer = Frame.Of(known ? 1u : 9u, new byte[501]);
        caller.Driver.Feed(answer.AsSpan(0, 100));
        caller.Driver.Feed([.. answer.AsSpan(100), .. Frame.Of(2, [4, 0, .. "2"u8])]);
        Assert.Equal(known ? new RpcError(RpcErrorCode.ResultTooLarge, "The answer has 501 bytes; this client takes 500.") : null, large.Error);
        Assert.Equal("2", other.Result);
        Assert.Equal(Reason.None, caller.Session.Ended);
    }

    [Fact]
    public void An_answer_to_the_question_that_is_too_long_ends_it()
    {
        using var caller = new Caller(new RpcClientOptions { BodyBytesMax = 500 });
        caller.Driver.Feed(Frame.Of(0, new byte[501]));
        Assert.Equal(Reason.MessageTooLarge, caller.Session.Ended);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nDate", "it speaks HTTP (\"HTTP/1.1 200 OK\")")]
    [InlineData("H", "it begins with \"H\"")]
    [InlineData("SSH-2.0-OpenSSH_10.0p1 Debian", "it begins with \"SSH-2.0-OpenSSH_10.0p1 D\"")]
    [InlineData("\u0015\u0003\u0001", "it speaks TLS")]
    [InlineData("\u0003\u0000", "it speaks RTMP")]
    public void What_answers_instead_of_an_RPC_server_is_named_at_once_and_nothing_has_run(string words, string named)
    {
        using var caller = new Caller();
        var call = caller.Call("a", "1");
        caller.Driver.Turn();
        caller.Driver.Feed(Encoding.Latin1.GetBytes(words));
        Assert.Equal(Reason.MalformedHeader, caller.Session.Ended);
        Assert.Equal(new RpcError(RpcErrorCode.MalformedAnswer, $"What answers there is no RPC server: {named}.") { MayHaveRun = false }, call.Error);
    }

    [Fact]
    public void An_answer_nested_too_deep_is_named_in_the_error()
    {
        using var caller = new Caller(new RpcClientOptions { Extensions = false });
        var (deep, level) = (caller.Call("a", "1"), caller.Call("a", "1"));
        caller.Driver.Turn();
        caller.Driver.Feed([.. Frame.Of(1, $"{{\"result\":{Frame.Nested(64)}}}"), .. Frame.Of(2, $"{{\"result\":{Frame.Nested(63)}}}")]);
        Assert.Equal(new RpcError(RpcErrorCode.MalformedAnswer, "The answer is JSON nested deeper than 64 levels."), deep.Error);
        Assert.Equal(Frame.Nested(63), level.Result);
    }

    private static byte[] Code(RpcErrorCode code)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)code);
        return bytes;
    }
}
