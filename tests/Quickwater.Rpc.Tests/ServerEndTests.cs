using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>How a server's connection ends over one peer's mistake or by order, and that nothing it owes is lost with it.</summary>
public sealed class ServerEndTests
{
    [Fact]
    [Requirement("RPC-7")]
    public void What_was_read_before_a_body_that_is_too_long_is_answered_and_what_is_behind_it_is_not()
    {
        using var served = new Served(new RpcLimits { BodyBytesMax = 1024 });
        var before = Enumerable.Range(1, 10).SelectMany(id => Frame.Base((uint)id, id % 2 == 0 ? "held" : "ping")).ToArray();
        served.Driver.Feed([.. before, .. Frame.Header(11, 5000), .. new byte[5000], .. Frame.Base(12, "ping")]);
        Assert.Equal([1u, 3u, 5u, 7u, 9u, 11u], served.Driver.Frames().Select(frame => frame.Id));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Driver.Feed(Frame.Base(13, "ping"));
        Assert.Equal(0, served.Driver.Untaken);
        served.Held.AnswerAll();
        served.Driver.Turn();
        Assert.Equal([2u, 4u, 6u, 8u, 10u], served.Driver.Frames().Select(frame => frame.Id));
        Assert.Equal(Reason.MessageTooLarge, served.Driver.Session.Ended);
    }

    [Theory]
    [Requirement("RPC-6")]
    [InlineData("GET /\r\n")]
    [InlineData("G")]
    public void The_first_byte_that_cannot_be_the_magic_ends_the_connection_and_is_answered_with_nothing(string words)
    {
        using var served = new Served();
        served.Driver.Feed(System.Text.Encoding.ASCII.GetBytes(words));
        Assert.Equal(Reason.MalformedHeader, served.Driver.Session.Ended);
        Assert.Empty(served.Driver.Output());
    }

    [Fact]
    [Requirement("RPC-9")]
    public void The_front_of_a_header_waits_however_short_it_is()
    {
        using var served = new Served();
        var frame = Frame.Base(1, "ping");
        for (var at = 0; at < RpcHeader.Bytes - 1; at++)
        {
            served.Driver.Feed(frame.AsSpan(at, 1));
            Assert.Equal(at + 1, served.Driver.Untaken);
        }

        served.Driver.Feed(frame.AsSpan(RpcHeader.Bytes - 1));
        Assert.Equal("""{"result":"pong"}""", Assert.Single(served.Driver.Frames()).Text);
    }

    [Theory]
    [InlineData(64, "The body is JSON nested deeper than 64 levels.")]
    [InlineData(63, null)]
    public void JSON_nested_too_deep_is_named_in_the_error(int levels, string? error)
    {
        using var served = new Served();
        var nested = Frame.Nested(levels);
        Assert.Equal(
            error is null ? $"{{\"result\":{nested}}}" : $$$"""{"error":{"code":-32700,"message":"{{{error}}}"}}""", served.AskOne(Frame.Base(1, "echo", nested)));
    }

    [Fact]
    public void A_kick_ends_it_at_once_and_tells_the_methods_and_whoever_waits()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"), Frame.Base(2, "sleep", """{"ms":5}"""));
        served.Driver.Tell(Command.Kick(Reason.Kicked));
        Assert.Equal(Reason.Kicked, served.Driver.Session.Ended);
        Assert.Equal([Reason.Kicked], served.Held.Stops);
        served.Driver.Tell(Command.Kick(Reason.ForcedStop)); // too late to matter
        served.Held.AnswerAll();
        Assert.Equal(Reason.Kicked, served.Driver.Session.Ended);
        Assert.All(served.Driver.Frames(), frame => Assert.Contains("-32010", frame.Text, StringComparison.Ordinal));
        Assert.Equal(2, served.Server.Stats.Errors);
    }

    [Fact]
    public void A_kick_loses_no_answer_that_a_method_has_given()
    {
        using var served = new Served();
        served.Ask(Frame.Base(1, "held"));
        served.Held.AnswerAll();
        served.Driver.Tell(Command.Kick(Reason.DrainTimeout));
        Assert.Equal("""{"result":null}""", Assert.Single(served.Driver.Frames()).Text);
    }
}
