using Quickwater.Core;

namespace Quickwater.Client.Tests;

public sealed class BackoffTests
{
    private static readonly BackoffOptions _plain = new()
    {
        First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(10), Factor = 2, Jitter = 0,
    };

    [Fact]
    public void Waits_grow_up_to_the_longest()
    {
        var backoff = new Backoff(_plain, new Rng(1));
        Assert.Equal([1, 2, 4, 8, 10, 10], Enumerable.Range(0, 6).Select(_ => backoff.Failed(TimeSpan.Zero)?.TotalSeconds ?? -1));
    }

    [Fact]
    public void Jitter_only_shortens_and_the_same_seed_gives_the_same_waits()
    {
        var options = _plain with { Jitter = 0.5, Longest = TimeSpan.FromSeconds(1) };
        var waits = Waits(options, 7, 200);

        Assert.All(waits, wait => Assert.InRange(wait, 0.5, 1));
        Assert.True(waits.Max() - waits.Min() > 0.3);
        Assert.Equal(waits, Waits(options, 7, 200));
        Assert.NotEqual(waits, Waits(options, 8, 200));
    }

    [Fact]
    public void Only_a_connection_that_worked_for_long_makes_the_waits_begin_anew()
    {
        var backoff = new Backoff(_plain with { StableAfter = TimeSpan.FromSeconds(10) }, new Rng(1));
        var worked = new[] { 0, 0, 9.9, 10, 0 };
        Assert.Equal([1, 2, 4, 1, 2], worked.Select(seconds => backoff.Failed(TimeSpan.FromSeconds(seconds))?.TotalSeconds ?? -1));
    }

    [Fact]
    public void Attempts_in_a_row_are_counted()
    {
        var backoff = new Backoff(_plain with { AttemptsMax = 3 }, new Rng(1));
        Assert.NotNull(backoff.Failed(TimeSpan.Zero));
        Assert.NotNull(backoff.Failed(TimeSpan.Zero));
        Assert.NotNull(backoff.Failed(TimeSpan.FromMinutes(1)));
        Assert.NotNull(backoff.Failed(TimeSpan.Zero));
        Assert.Null(backoff.Failed(TimeSpan.Zero));
    }

    [Fact]
    public void No_options_that_are_allowed_make_a_hot_loop()
    {
        Assert.Throws<ArgumentException>(() => new Backoff(new BackoffOptions { First = TimeSpan.Zero }, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new Backoff(new BackoffOptions { Jitter = 1 }, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new Backoff(new BackoffOptions { Factor = double.NaN }, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new Backoff(new BackoffOptions { Longest = TimeSpan.Zero }, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new Backoff(new BackoffOptions { AttemptsMax = 0 }, new Rng(1)));
        var fastest = new BackoffOptions { First = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(10), Factor = 1, Jitter = 0.9 };
        Assert.All(Waits(fastest, 1, 1000), wait => Assert.True(wait >= 0.001));
    }

    private static double[] Waits(BackoffOptions options, ulong seed, int count)
    {
        var backoff = new Backoff(options, new Rng(seed));
        return [.. Enumerable.Range(0, count).Select(_ => backoff.Failed(TimeSpan.Zero)?.TotalSeconds ?? -1)];
    }
}
