using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>The client's side of authentication, against bytes.</summary>
public sealed class ClientAuthenticationTests : IDisposable
{
    private const uint Id = RpcClientGreeting.AuthenticateId;

    private static readonly byte[] Hello =
        Frame.Of(0, """{"result":{"version":1,"bodyBytesMax":1000,"inFlightMax":2,"streamCreditMax":1000}}""");

    private Driver? _driver;

    private Driver Driver => _driver ?? throw new InvalidOperationException("not opened");

    private RpcClientSession Session => (RpcClientSession)Driver.Session;

    public void Dispose() => _driver?.Dispose();

    [Fact]
    [Requirement("RPC-14")]
    public void It_says_who_calls_before_anything_else_and_calls_when_it_has_both_answers()
    {
        Open();
        var call = Call();
        Driver.Turn();
        Assert.Equal(1, Driver.Sends);
        Assert.Equal(
            [(Id, """{"method":"rpc.authenticate","params":{"token":"t\u0022k"}}"""), (0u, """{"method":"rpc.hello","params":{"version":1}}""")],
            Driver.Frames().Select(frame => (frame.Id, frame.Text)));
        Driver.Feed(Frame.Of(Id, """{"result":{"name":"alice"}}"""));
        Assert.Equal(RpcClientMode.Asking, Session.Mode);
        Driver.Feed(Frame.Of(5, "{}")); // an answer to nothing
        Driver.Feed(Hello);
        Assert.Equal(RpcClientMode.Extended, Session.Mode);
        Driver.Feed(Frame.Of(Assert.Single(Driver.Frames()).Id, [4, 0, .. "1"u8]));
        Assert.Equal("1", call.Result);
        Assert.Null(Session.Refusal);
    }

    [Fact]
    public void The_answers_may_come_in_either_order()
    {
        Open();
        Driver.Feed(Hello);
        Assert.Equal(RpcClientMode.Asking, Session.Mode);
        Driver.Feed(Frame.Of(Id, """{"result":{"name":"alice"}}"""));
        Assert.Equal(RpcClientMode.Extended, Session.Mode);
    }

    [Fact]
    public void A_server_that_asks_nobody_is_called_all_the_same()
    {
        Open(extensions: false);
        var call = Call();
        Driver.Turn();
        Assert.Equal(Id, Assert.Single(Driver.Frames()).Id);
        Driver.Feed(Frame.Of(Id, """{"error":{"code":-32601,"message":"There is no such method."}}"""));
        Assert.Equal(RpcClientMode.Base, Session.Mode);
        Driver.Feed(Frame.Of(Assert.Single(Driver.Frames()).Id, """{"result":2}"""));
        Assert.Equal("2", call.Result);
    }

    [Theory]
    [InlineData("""{"error":{"code":-32007,"message":"no"}}""", RpcErrorCode.Unauthenticated, Reason.AccessDenied)]
    [InlineData("""{"error":{"code":-32008,"message":"no"}}""", RpcErrorCode.TooManyAttempts, Reason.RefusedByPeer)]
    [InlineData("""{"error":{"code":-32001,"message":"no"}}""", RpcErrorCode.DeadlineExceeded, Reason.RefusedByPeer)]
    [InlineData("nonsense", RpcErrorCode.MalformedAnswer, Reason.RefusedByPeer)]
    [Requirement("RPC-14")]
    public void A_refused_token_fails_every_call_by_the_servers_word_and_none_has_run(string answer, RpcErrorCode expected, Reason why)
    {
        Open();
        var calls = new[] { Call(), Call() };
        Driver.Turn();
        Driver.Feed([.. Frame.Of(Id, answer), .. Hello]);
        Assert.All(calls, call => Assert.Equal((expected, false), (call.Error?.Code, call.Error?.MayHaveRun)));
        Assert.Equal(why, Session.Ended);
        Assert.Equal(expected, Session.Refusal?.Code);
        Assert.False(Session.TakesCalls);
    }

    [Fact]
    public void A_server_that_does_not_answer_the_token_is_left()
    {
        Open();
        Driver.Feed(Hello);
        Driver.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(Reason.HandshakeTimeout, Session.Ended);
    }

    [Fact]
    public void Ids_of_calls_go_round_and_pass_over_those_of_the_greeting_and_of_calls_under_way()
    {
        var outbox = new RpcClientOutbox(10);
        var calls = new RpcClientCalls(outbox, uint.MaxValue - 2);
        Assert.Equal([uint.MaxValue - 1, 1u], new[] { Next(calls), Next(calls) });
        var again = new RpcClientCalls(outbox, uint.MaxValue);
        Assert.Equal([1u, 2u], new[] { Next(again), Next(again) });

        static uint Next(RpcClientCalls calls)
        {
            calls.Add(new Asked());
            Assert.True(calls.TryNext(out var call));
            return call.Id;
        }
    }

    [Fact]
    public void The_text_of_the_options_does_not_have_the_token() =>
        Assert.Equal("RpcClientOptions", new RpcClientOptions { Token = "secret" }.ToString());

    private void Open(bool extensions = true) =>
        _driver = new Driver(buffers => new RpcClientSession(new RpcClientOptions { Extensions = extensions, Token = "t\"k" }, buffers));

    private Asked Call()
    {
        var call = new Asked();
        Assert.True(Session.TryCall(call));
        return call;
    }

    private sealed class Asked() : RpcOutgoing("echo", "1"u8.ToArray(), RpcEncoding.Json)
    {
        public string? Result { get; private set; }

        public RpcError? Error { get; private set; }

        protected internal override void Completed(ReadOnlySpan<byte> result) => Result = Encoding.UTF8.GetString(result);

        protected internal override void Failed(RpcError error) => Error = error;
    }
}
