using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>What one caller may have of the places for calls, so that others find some.</summary>
public sealed class ShareTests : IDisposable
{
    private const string Greedy = "192.0.2.1";
    private const string Other = "192.0.2.2";

    private static readonly RpcLimits EightPlaces = new() { InFlightMax = 8, InFlightPerCallerMax = 2 };

    private readonly List<Driver> _drivers = [];
    private Served? _served;

    private Served Served => _served ?? throw new InvalidOperationException("not served");

    public void Dispose()
    {
        foreach (var driver in _drivers)
        {
            driver.Close();
        }

        _served?.Held.AnswerAll();
        Assert.Equal(_served is null ? 0 : 1, _served?.Server.Gate.Shares.Callers ?? 0);
        _served?.Dispose();
        _drivers.ForEach(driver => driver.Dispose());
    }

    [Fact]
    public void By_default_a_caller_has_a_quarter_of_all_places()
    {
        Assert.Equal(16 * 1024, new RpcLimits().InFlightOfCallerMax);
        Assert.Equal(1, new RpcLimits { InFlightMax = 1 }.InFlightOfCallerMax);
        Assert.Equal(64 * 1024, new RpcLimits { InFlightPerCallerMax = 64 * 1024 }.InFlightOfCallerMax);
    }

    [Theory]
    [InlineData("base")]
    [InlineData("extended")]
    public void Whatever_one_caller_asks_for_anothers_call_is_answered_within_its_deadline(string form)
    {
        Serve(new RpcLimits { InFlightMax = 8, RequestTimeout = TimeSpan.FromSeconds(60) });
        for (var connection = 0; connection < 20; connection++)
        {
            var greedy = Connect(Greedy, hello: form == "extended");
            greedy.Feed([.. Enumerable.Range(1, 20).SelectMany(id => form == "base" ? Frame.Base((uint)id, "held") : Frame.Call((uint)id, "held"))]);
        }

        Assert.Equal(2, Served.Server.Stats.InFlight);
        var other = Connect(Other, hello: form == "extended");
        other.Feed(form == "base" ? Frame.Base(1, "sleep", """{"ms":50}""") : Frame.Call(1, "sleep", """{"ms":50}""", milliseconds: 100));
        other.Pass(TimeSpan.FromMilliseconds(50));
        Assert.Contains("slept", Assert.Single(other.Frames()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_beyond_the_callers_share_is_refused_in_the_extended_form_and_says_why()
    {
        Serve(EightPlaces);
        Connect(Greedy).Feed([.. Frame.Base(1, "held"), .. Frame.Base(2, "held")]);
        var second = Connect(Greedy, hello: true);
        second.Feed(Frame.Call(1, "held"));
        Assert.Contains("This caller has 2 calls under way", Assert.Single(second.Frames()).Text, StringComparison.Ordinal);
        var other = Connect(Other, hello: true);
        other.Feed([.. Frame.Call(1, "held"), .. Frame.Call(2, "held"), .. Frame.Call(3, "held")]);
        Assert.Equal(3u, Assert.Single(other.Frames()).Id);
    }

    [Fact]
    public void An_IPv6_network_is_one_caller()
    {
        Serve(EightPlaces);
        Connect("2001:db8::1").Feed([.. Frame.Base(1, "held"), .. Frame.Base(2, "held")]);
        var neighbour = Connect("2001:db8::2");
        neighbour.Feed(Frame.Base(3, "held"));
        Assert.True(neighbour.Paused);
        Connect("2001:db8:0:1::1").Feed(Frame.Base(4, "held"));
        Assert.Equal(3, Served.Server.Stats.InFlight);
    }

    [Fact]
    public void Who_has_authenticated_has_a_share_of_its_own()
    {
        Serve(EightPlaces, new Doorkeeper(AccessDecision.AllowAs));
        var (first, second, other) = (Connect(Greedy), Connect(Other), Connect(Greedy));
        first.Feed([.. Login("alice"), .. Frame.Base(2, "held"), .. Frame.Base(3, "held")]);
        second.Feed([.. Login("alice"), .. Frame.Base(2, "held")]);
        other.Feed([.. Login("bob"), .. Frame.Base(2, "held")]);
        Assert.Equal((false, true, false), (first.Paused, second.Paused, other.Paused));
        Assert.Equal((3L, 2), (Served.Server.Stats.InFlight, Served.Server.Gate.Shares.Most));
    }

    [Fact]
    public void Who_waits_for_the_callers_share_goes_on_when_a_call_of_it_is_over()
    {
        Serve(EightPlaces);
        var (busy, waits, alsoWaits) = (Connect(Greedy), Connect(Greedy), Connect(Greedy));
        busy.Feed([.. Frame.Base(1, "held"), .. Frame.Base(2, "held")]);
        waits.Feed(Frame.Base(3, "ping").Concat(Frame.Base(4, "sleep", """{"ms":1}""")).ToArray());
        alsoWaits.Feed(Frame.Base(5, "sleep", """{"ms":1}"""));
        Assert.Single(waits.Frames());
        Answer(0);
        Assert.Equal((1, 0), (waits.Wakes, alsoWaits.Wakes));
        waits.Close(); // was called, so the next one is
        Assert.Equal(1, alsoWaits.Wakes);
        alsoWaits.Turn();
        alsoWaits.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Single(alsoWaits.Frames());
    }

    [Fact]
    public void A_place_that_the_called_may_not_take_goes_to_the_next_who_waits()
    {
        Serve(new RpcLimits { InFlightMax = 2, InFlightPerCallerMax = 1 });
        var (first, second) = (Connect("192.0.2.10"), Connect("192.0.2.11"));
        first.Feed(Frame.Base(1, "held"));
        second.Feed(Frame.Base(2, "held"));
        var (third, fourth) = (Connect(Greedy), Connect(Other));
        third.Feed(Frame.Base(3, "held"));
        fourth.Feed(Frame.Base(4, "held"));
        Answer(0); // third is called
        Assert.Equal((1, 0), (third.Wakes, fourth.Wakes));
        Connect(Greedy).Feed(Frame.Base(5, "held")); // another connection of its caller is there before it
        third.Turn();
        Assert.True(third.Paused);
        Assert.Equal(1, fourth.Wakes); // and now finds none, and waits on
        fourth.Turn();
        Assert.True(fourth.Paused);
        Answer(0);
        Assert.Equal(2, fourth.Wakes);
        fourth.Turn();
        Assert.False(fourth.Paused);
    }

    [Fact]
    public void Who_leaves_when_it_was_called_for_a_place_gives_it_to_the_next()
    {
        Serve(new RpcLimits { InFlightMax = 1 });
        var (busy, leaves, waits) = (Connect("192.0.2.10"), Connect(Greedy), Connect(Other));
        foreach (var one in new[] { busy, leaves, waits })
        {
            one.Feed(Frame.Base(1, "held"));
        }

        Answer(0);
        Assert.Equal((1, 0), (leaves.Wakes, waits.Wakes));
        leaves.Close();
        Assert.Equal(1, waits.Wakes);
        waits.Turn();
        Assert.False(waits.Paused);
    }

    [Fact]
    public void Who_waits_for_its_share_waits_for_a_place_of_all_when_that_is_what_is_missing()
    {
        Serve(new RpcLimits { InFlightMax = 2, InFlightPerCallerMax = 1 });
        var busy = Connect(Greedy);
        busy.Feed(Frame.Base(1, "held"));
        var (waits, alsoWaits) = (Connect(Greedy), Connect(Greedy));
        waits.Feed(Frame.Base(2, "held"));
        alsoWaits.Feed(Frame.Base(3, "held"));
        Connect("192.0.2.10").Feed(Frame.Base(4, "held"));
        Answer(0); // of the share, and of all
        Connect("192.0.2.11").Feed(Frame.Base(5, "held")); // is there first
        waits.Turn();
        Assert.True(waits.Paused);
        Assert.Equal(1, alsoWaits.Wakes); // is called in its turn, so that it waits for a place of all too
        alsoWaits.Turn();
        waits.Close();
        Answer(0);
        Assert.Equal(2, alsoWaits.Wakes);
        alsoWaits.Turn();
        Assert.False(alsoWaits.Paused);
    }

    private void Serve(RpcLimits limits, IRpcAuthenticator? authenticator = null) => _served = new Served(limits, authenticator: authenticator);

    private Driver Connect(string from, bool hello = false)
    {
        var driver = new Driver(_ => Served.Server, from);
        _drivers.Add(driver);
        if (hello)
        {
            driver.Feed(Frame.Base(0, "rpc.hello", """{"version":1}"""));
            driver.Frames();
        }

        return driver;
    }

    private void Answer(int index)
    {
        Served.Held.Calls[index].Complete("null"u8);
        Served.Held.Calls.RemoveAt(index);
    }

    private static byte[] Login(string name) => Frame.Base(1, "rpc.authenticate", $$"""{"token":"{{name}}"}""");
}
