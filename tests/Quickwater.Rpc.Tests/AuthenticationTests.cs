using System.Text;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>Who may call, at the server: docs/wire/rpc.md, docs/states/rpc.md.</summary>
public sealed class AuthenticationTests
{
    private const string Unauthenticated = "-32007";
    private const string TooManyAttempts = "-32008";
    private const string Token = "0123456789abcdef";

    private static RpcTokens Tokens => new([$"alice={Token}"]);

    [Fact]
    [Requirement("RPC-14/authentication")]
    public void Nothing_runs_before_the_caller_has_authenticated_and_then_methods_see_its_name()
    {
        using var served = new Served(authenticator: Tokens);
        var refused = served.Ask(Frame.Base(1, "echo", "1"), Frame.Base(2, "held"), Frame.Base(3, "nothing"), Frame.Base(4, "sleep", """{"ms":1}"""));
        Assert.All(refused, frame => Assert.Contains(Unauthenticated, frame.Text, StringComparison.Ordinal));
        Assert.Equal(4, refused.Count);
        Assert.Equal("""{"result":{"name":"alice"}}""", served.AskOne(Authenticate(5, Token)));
        Assert.Equal("""{"result":1}""", served.AskOne(Frame.Base(6, "echo", "1")));
        Assert.Contains("-32601", served.AskOne(Frame.Base(7, "nothing")), StringComparison.Ordinal);
        served.Ask(Frame.Base(8, "held"));
        Assert.Equal("alice", Assert.Single(served.Held.Calls).Caller);
        Assert.Equal([("alice", Reason.None)], served.Attempts);
        Assert.Contains("-32600", served.AskOne(Authenticate(9, Token)), StringComparison.Ordinal); // once for each connection
    }

    [Fact]
    [Requirement("RPC-14")]
    public void An_extended_client_authenticates_before_or_behind_its_hello()
    {
        using var served = new Served(hello: true, authenticator: Tokens);
        Assert.Equal([5, 0xFF, 0xFF, 0x82, 0xF9, .. "Authenticate first, with rpc.authenticate."u8], Assert.Single(served.Ask(Frame.Call(1, "ping"))).Body);
        Assert.Equal(5, Assert.Single(served.Ask(Frame.Call(2, "rpc.authenticate", "x", RpcEncoding.Binary))).Body[0]);
        Assert.Empty(served.Ask(Frame.Of(7, [2]))); // a cancellation of nothing is still passed over
        Assert.Equal([4, 0, .. """{"name":"alice"}"""u8], Assert.Single(served.Ask(Frame.Call(3, "rpc.authenticate", Proof(Token)))).Body);
        served.Ask(Frame.Call(4, "bytes", "x", RpcEncoding.Binary));
        Assert.Equal("alice", served.Caller);

        using var other = new Driver(_ => served.Server);
        other.Feed([.. Authenticate(1, Token), .. Frame.Base(2, "rpc.hello", """{"version":1}"""), .. Frame.Call(3, "ping")]);
        Assert.Equal([1u, 2u, 3u], other.Frames().Select(frame => frame.Id));
        other.Close();
    }

    [Fact]
    [Requirement("MED-9.5/memory")]
    public void A_long_body_is_for_callers_that_have_authenticated()
    {
        var limits = new RpcLimits();
        var longer = $"\"{new string('x', limits.UnauthenticatedBodyBytesMax)}\"";
        using (var stranger = new Served(authenticator: Tokens))
        {
            stranger.Ask(Frame.Base(1, "echo", longer));
            Assert.Equal(Reason.MessageTooLarge, stranger.Driver.Session.Ended);
        }

        using var served = new Served(authenticator: Tokens);
        served.AskOne(Authenticate(1, Token));
        Assert.Equal($"{{\"result\":{longer}}}", served.AskOne(Frame.Base(2, "echo", longer)));
    }

    [Fact]
    public void A_server_that_asks_nobody_does_not_know_the_request_and_no_name()
    {
        using var served = new Served();
        Assert.Contains("-32601", served.AskOne(Authenticate(1, Token)), StringComparison.Ordinal);
        served.Ask(Frame.Base(2, "held"));
        Assert.Null(served.Held.Calls[0].Caller);
    }

    [Fact]
    [Requirement("RPC-14")]
    public void Calls_behind_an_attempt_wait_for_its_answer_and_then_run_in_order()
    {
        var door = new Doorkeeper();
        using var served = new Served(authenticator: door);
        var behind = new[] { Frame.Base(2, "held"), Frame.Base(3, "echo", "3"), Frame.Of(4, "not JSON") };
        Assert.Empty(served.Ask([Authenticate(1, "a"), .. behind]));
        Assert.True(served.Driver.Paused);
        Assert.Empty(served.Held.Calls);
        Assert.Equal("a", Assert.Single(door.Asked).Token);
        served.Driver.Tell(Command.Answer(77, Reason.None, "mallory")); // an answer to no question
        Assert.Empty(served.Driver.Frames());
        Assert.Single(door.Asked); // asked once, however often it is looked at

        door.Answer(Reason.None, "bob");
        served.Driver.Turn();
        Assert.Equal("bob", Assert.Single(served.Held.Calls).Caller);
        var answers = served.Driver.Frames();
        Assert.Equal([1u, 3u, 4u], answers.Select(frame => frame.Id));
        Assert.Equal(["""{"result":{"name":"bob"}}""", """{"result":3}"""], answers.Take(2).Select(frame => frame.Text));
        door.Answer(Reason.AccessDenied); // late, and nobody asks any more
        served.Driver.Turn();
        Assert.Equal("""{"result":5}""", served.AskOne(Frame.Base(5, "echo", "5")));
    }

    [Fact]
    [Requirement("RPC-14")]
    public void Calls_behind_an_attempt_that_fails_are_answered_and_have_not_run()
    {
        var door = new Doorkeeper();
        using var served = new Served(authenticator: door);
        served.Ask(Authenticate(1, "a"), Frame.Base(2, "held"), Authenticate(3, "b"), Frame.Base(4, "echo", "4"));
        door.Answer(Reason.AccessDenied);
        served.Driver.Turn();
        Assert.All(served.Driver.Frames(), frame => Assert.Contains(Unauthenticated, frame.Text, StringComparison.Ordinal));
        Assert.Equal("b", door.Asked[^1].Token);
        door.Answer(Reason.None); // and the second is taken as if the first had not been; it is given no name
        served.Driver.Turn();
        Assert.Equal(["""{"result":{"name":""}}""", """{"result":4}"""], served.Driver.Frames().Select(frame => frame.Text));
        Assert.Empty(served.Held.Calls);
        Assert.Equal([(null, Reason.AccessDenied), ("", Reason.None)], served.Attempts);
    }

    [Fact]
    public void A_long_attempt_in_pieces_is_kept_once_and_its_half_closed_peer_gets_all_answers()
    {
        var door = new Doorkeeper();
        using var served = new Served(authenticator: door);
        var token = new string('t', RpcTokens.TokenCharactersMax);
        byte[] all = [.. Authenticate(1, token), .. Frame.Base(2, "ping")];
        served.Driver.Feed(all.AsSpan(0, 5000));
        served.Driver.Feed(all.AsSpan(5000));
        Assert.Equal(token, Assert.Single(door.Asked).Token);
        door.Answer(Reason.None, "carol");
        served.Driver.Finish();
        Assert.Equal([1u, 2u], served.Driver.Frames().Select(frame => frame.Id));
        Assert.Equal(Reason.PeerClosed, served.Driver.Session.Ended);
    }

    [Fact]
    public void Who_does_not_authenticate_in_time_is_left_and_who_has_is_not()
    {
        using var served = new Served(new RpcLimits { AuthenticationTimeout = TimeSpan.FromSeconds(3), IdleTimeout = TimeSpan.FromSeconds(5) }, authenticator: Tokens);
        using var other = new Driver(_ => served.Server);
        served.Driver.Pass(TimeSpan.FromSeconds(2));
        served.Ask(Authenticate(1, Token));
        served.Driver.Session.Tick(served.Driver.Now); // before it is due
        served.Driver.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.IdleTimeout, served.Driver.Session.Ended);

        for (var i = 0; i < 30; i++)
        {
            other.Feed(Frame.Base(1, "ping")); // being busy does not help
            other.Session.Tick(other.Now);
            other.Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(Reason.AuthenticationTimeout, other.Session.Ended);
        other.Close();
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_check_that_does_not_answer_in_time_is_given_up_and_its_late_answer_ignored()
    {
        var door = new Doorkeeper();
        using var served = new Served(
            new RpcLimits { AuthenticationTimeout = TimeSpan.FromSeconds(3), AccessTimeout = TimeSpan.FromSeconds(5) }, authenticator: door);
        served.Driver.Pass(TimeSpan.FromSeconds(2));
        served.Ask(Authenticate(1, "a"), Frame.Base(2, "held"));
        served.Driver.Pass(TimeSpan.FromSeconds(4.9)); // beyond the time to authenticate: the caller did its part
        Assert.Empty(served.Driver.Frames());
        served.Driver.Turn();
        served.Driver.Session.Tick(served.Driver.Now);
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        served.Driver.Pass(TimeSpan.FromSeconds(0.1));
        door.Answer(Reason.None, "dave");
        served.Driver.Turn();
        var answers = served.Driver.Frames();
        Assert.Contains("-32001", answers[0].Text, StringComparison.Ordinal);
        Assert.Contains(Unauthenticated, answers[1].Text, StringComparison.Ordinal);
        Assert.Equal([(null, Reason.AccessTimeout)], served.Attempts);
        served.Driver.Pass(TimeSpan.Zero);
        Assert.Equal(Reason.AuthenticationTimeout, served.Driver.Session.Ended);
        Assert.Empty(served.Held.Calls);
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_connection_that_fails_too_often_is_told_and_ends()
    {
        using var served = new Served(new RpcLimits { AttemptsPerConnectionMax = 2 }, authenticator: Tokens);
        var answers = served.Ask(Authenticate(1, "wrong"), Authenticate(2, "wrong"), Authenticate(3, Token), Frame.Base(4, "held"));
        Assert.Equal([1u, 2u], answers.Select(frame => frame.Id));
        Assert.All(answers, frame => Assert.Contains(Unauthenticated, frame.Text, StringComparison.Ordinal));
        Assert.Equal(Reason.TooManyAttempts, served.Driver.Session.Ended);
        Assert.Empty(served.Held.Calls);
    }

    [Fact]
    [Requirement("RPC-14")]
    public void An_address_that_fails_too_often_is_refused_for_a_time_on_all_its_connections()
    {
        var limits = new RpcLimits { Attempts = new AttemptLimits { FailuresPerMinuteMax = 2, RefusedFor = TimeSpan.FromSeconds(30) } };
        var door = new Doorkeeper(token => token == "later" ? AccessDecision.Later : AccessDecision.Deny(Reason.AccessDenied));
        using var served = new Served(limits, authenticator: door);
        using var patient = new Driver(_ => served.Server);
        patient.Feed(Authenticate(1, "later"));
        served.Ask(Authenticate(1, "x"), Authenticate(2, "y"));
        Assert.Contains(TooManyAttempts, served.AskOne(Authenticate(3, "z")), StringComparison.Ordinal);
        Assert.Equal(3, door.Asked.Count); // the last was not asked about
        var (_, mailbox, correlation) = door.Asked[0];
        mailbox.Post(Command.Answer(correlation, Reason.None, "erin")); // a yes that comes now tells nothing
        patient.Turn();
        Assert.Contains(TooManyAttempts, Assert.Single(patient.Frames()).Text, StringComparison.Ordinal);

        patient.Feed(Authenticate(2, "later"));
        Assert.Contains(TooManyAttempts, Assert.Single(patient.Frames()).Text, StringComparison.Ordinal);
        patient.Close();
        Assert.Equal(
            [(null, Reason.AccessDenied), (null, Reason.AccessDenied), (null, Reason.TooManyAttempts), (null, Reason.TooManyAttempts), (null, Reason.TooManyAttempts)],
            served.Attempts);
    }

    [Fact]
    public void A_refused_address_is_heard_again_when_its_time_is_over()
    {
        var limits = new RpcLimits { Attempts = new AttemptLimits { FailuresPerMinuteMax = 1, RefusedFor = TimeSpan.FromSeconds(5) } };
        using var served = new Served(limits, authenticator: Tokens);
        served.Ask(Authenticate(1, "wrong"));
        Assert.Contains(TooManyAttempts, served.AskOne(Authenticate(2, Token)), StringComparison.Ordinal);
        served.Driver.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("""{"result":{"name":"alice"}}""", served.AskOne(Authenticate(3, Token)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"token":7}""")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"token":""}""")]
    public void What_is_no_attempt_is_answered_and_not_counted(string parameters)
    {
        using var served = new Served(new RpcLimits { AttemptsPerConnectionMax = 1 }, authenticator: Tokens);
        Assert.Contains("-32602", served.AskOne(Frame.Base(1, "rpc.authenticate", parameters)), StringComparison.Ordinal);
        Assert.Empty(served.Attempts);
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
    }

    [Fact]
    public void A_token_has_a_longest_length()
    {
        using var served = new Served(authenticator: Tokens);
        Assert.Contains("-32602", served.AskOne(Authenticate(1, new string('x', RpcTokens.TokenCharactersMax + 1))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_check_that_throws_is_told_and_refuses_without_counting_for_the_address(bool tells)
    {
        var limits = new RpcLimits { Attempts = new AttemptLimits { FailuresPerMinuteMax = 1 } };
        var door = new Doorkeeper(token => token == "later" ? AccessDecision.Later : throw new InvalidOperationException("a fault"));
        using var served = new Served(limits, tellsFaults: tells, authenticator: door);
        Assert.Contains("-32603", served.AskOne(Authenticate(1, "now")), StringComparison.Ordinal);
        served.Ask(Authenticate(2, "later"));
        door.Answer(Reason.LocalFault, new InvalidOperationException("a late fault"));
        served.Driver.Turn();
        Assert.Contains("-32603", Assert.Single(served.Driver.Frames()).Text, StringComparison.Ordinal);
        Assert.Equal(tells ? ["rpc.authenticate: a fault", "rpc.authenticate: a late fault"] : [], served.Faults);
        served.Ask(Authenticate(3, "later")); // still under way when the connection ends
        served.Driver.Close();
        Assert.Equal(tells ? [(null, Reason.LocalFault), (null, Reason.LocalFault), (null, Reason.ConnectionReset)] : [], served.Attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_drain_waits_for_the_answer_of_an_attempt_and_for_the_calls_that_were_read_behind_it(bool extended)
    {
        var door = new Doorkeeper();
        using var served = new Served(hello: extended, authenticator: door);
        served.Ask(Authenticate(1, "a"), Frame.Base(2, "ping"));
        served.Driver.Tell(Command.Drain);
        Assert.Equal(Reason.None, served.Driver.Session.Ended);
        door.Answer(Reason.None, "frank");
        served.Driver.Turn();
        var answers = served.Driver.Frames().Where(frame => frame.Id != 0).ToArray();
        Assert.Equal("""{"result":{"name":"frank"}}""", answers[0].Text);
        Assert.Contains(extended ? "-32005" : "pong", answers[1].Text, StringComparison.Ordinal);
        Assert.Equal(Reason.Drained, served.Driver.Session.Ended);
    }

    [Theory]
    [InlineData("alice=0123456789abcdef", true)]
    [InlineData("alice=0123456789abcdeF+/~-_.==", true)]
    [InlineData("a.b-c_1=sha256:c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a", true)]
    [InlineData("alice=0123456789abcde", false)] // too short to be no guess
    [InlineData("alice=0123456789 abcdef", false)]
    [InlineData("alice=sha256:c4bbcb1f", false)]
    [InlineData("alice=sha256:c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8g", false)]
    [InlineData("=0123456789abcdef", false)]
    [InlineData("al ice=0123456789abcdef", false)]
    [InlineData("0123456789abcdef", false)]
    [InlineData("", false)]
    public void An_entry_is_a_name_and_a_token_or_its_hash(string entry, bool expected) => Assert.Equal(expected, RpcTokens.IsEntry(entry));

    [Fact]
    public void An_entry_has_its_bounds()
    {
        Assert.True(RpcTokens.IsEntry($"{new string('n', 64)}={new string('t', 256)}"));
        Assert.False(RpcTokens.IsEntry($"{new string('n', 65)}={new string('t', 256)}"));
        Assert.False(RpcTokens.IsEntry($"n={new string('t', 257)}"));
    }

    [Fact]
    [Requirement("RPC-14")]
    public void A_token_is_known_by_itself_or_by_its_hash_and_a_name_may_have_several()
    {
        var tokens = new RpcTokens(
            [$"alice={Token}", "alice=fedcba9876543210", "bob=sha256:c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a"]);
        using var served = new Served(authenticator: tokens);
        Assert.Equal(("alice", "alice"), (Name(Token), Name("fedcba9876543210")));
        Assert.Equal("bob", Name("correct horse battery staple"));
        Assert.Null(Name("correct horse battery stapl"));
        Assert.Null(Name("c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a"));
        var wrong = Assert.Throws<ArgumentException>(() => new RpcTokens([$"alice={Token}", "bob=secret"]));
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);

        string? Name(string token)
        {
            using var driver = new Driver(_ => served.Server);
            driver.Feed(Authenticate(1, token));
            driver.Close();
            var name = served.Attempts[^1].Name;
            Assert.Equal(name is null ? Reason.AccessDenied : Reason.None, served.Attempts[^1].Refusal);
            return name;
        }
    }

    [Fact]
    public void Limits_of_authentication_are_checked()
    {
        Assert.Single(new RpcLimits { AuthenticationTimeout = TimeSpan.Zero }.Validate());
        Assert.Single(new RpcLimits { AccessTimeout = TimeSpan.Zero }.Validate());
        Assert.Single(new RpcLimits { AttemptsPerConnectionMax = 0 }.Validate());
        Assert.Equal(2, new RpcLimits { Attempts = new AttemptLimits { FailuresPerMinuteMax = 0, RefusedFor = TimeSpan.Zero } }.Validate().Count());
    }

    private static string Proof(string token) => $$"""{"token":"{{token}}"}""";

    private static byte[] Authenticate(uint id, string token) => Frame.Base(id, "rpc.authenticate", Proof(token));
}
