using Quickwater.Core;
using Quickwater.Sim;

namespace Quickwater.Client.Tests;

public sealed class ReconnectLoopTests : IDisposable
{
    private static readonly ClientFailure _reset = new(Reason.ConnectionReset);
    private readonly World _world = new(1, Faults.None);
    private readonly List<TimeSpan> _attempts = [];
    private readonly List<RetryNotice> _notices = [];

    [Fact]
    public async Task A_dead_server_is_asked_ever_less_often()
    {
        using var stop = new CancellationTokenSource();
        var loop = Loop(new BackoffOptions(), _ => Failed(_reset)).RunAsync(stop.Token);
        _world.Run(TimeSpan.FromMinutes(10));

        // Waits of at most 0.5, 1, 2, 4, 8, 16 s, then 30 s: each at least half of that.
        Assert.InRange(_attempts.Count, 600 / 30, 6 + (600 / 15));
        Assert.Equal(_attempts.Count, _notices.Count);
        Assert.False(loop.IsCompleted);
        await stop.CancelAsync();
        Assert.Equal(Reason.Cancelled, (await loop.WaitAsync(TimeSpan.FromMinutes(1))).Why);
    }

    [Fact]
    public void A_refusal_that_cannot_heal_is_not_tried_again()
    {
        var denied = new ClientFailure(Reason.RefusedByPeer, "NetStream.Publish.Denied", "no");
        var loop = Loop(new BackoffOptions(), _ => Task.FromResult(new Attempt(denied, TimeSpan.Zero, CanHeal: false))).RunAsync(default);
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(denied, Answer(loop));
        Assert.Single(_attempts);
        Assert.Empty(_notices);
    }

    [Fact]
    public void It_gives_up_with_the_last_failure_when_the_attempts_are_spent()
    {
        var loop = Loop(new BackoffOptions { AttemptsMax = 4 }, _ => Failed(_reset)).RunAsync(default);
        _world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(_reset, Answer(loop));
        Assert.Equal(4, _attempts.Count);
    }

    [Fact]
    public void Without_a_backoff_there_is_one_attempt()
    {
        var loop = Loop(null, _ => Failed(_reset)).RunAsync(default);
        Assert.Equal(_reset, Answer(loop));
        Assert.Single(_attempts);
    }

    [Fact]
    public void Nothing_is_tried_after_the_stop()
    {
        using var stop = new CancellationTokenSource();
        var loop = Loop(new BackoffOptions(), _ =>
        {
            stop.Cancel();
            return Task.FromResult(new Attempt(new ClientFailure(Reason.Cancelled), TimeSpan.Zero, CanHeal: true));
        }).RunAsync(stop.Token);
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(Reason.Cancelled, Answer(loop).Why);
        Assert.Single(_attempts);
    }

    public void Dispose() => _world.Dispose();

    private static Task<Attempt> Failed(ClientFailure why) => Task.FromResult(new Attempt(why, TimeSpan.Zero, CanHeal: true));

    private static ClientFailure Answer(Task<ClientFailure> loop)
    {
        Assert.True(loop.IsCompletedSuccessfully);
        return loop.GetAwaiter().GetResult();
    }

    private ReconnectLoop Loop(BackoffOptions? options, Func<CancellationToken, Task<Attempt>> attempt)
    {
        // Virtual time moves on this thread only, and what waits for it must go on here too, not where the test runner puts it.
        SynchronizationContext.SetSynchronizationContext(null);
        return new ReconnectLoop(
            stop =>
            {
                _attempts.Add(_world.Time.Elapsed);
                return attempt(stop);
            },
            options is null ? null : new Backoff(options, new Rng(3)),
            _world.Time,
            _notices.Add);
    }
}
