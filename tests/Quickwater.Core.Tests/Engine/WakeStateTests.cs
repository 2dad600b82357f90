using Quickwater.Testing;
using Xunit;

namespace Quickwater.Core.Tests;

/// <summary>
/// The wake state machine under every interleaving. Each of its operations is one atomic change of one word, so interleaving whole
/// operations with the writes and reads around them is exhaustive; the one exception, between the two halves of a failed TryExit, finds
/// the word in Rerun, which no other operation changes: see <see cref="A_wake_that_is_noted_stays_noted"/>.
/// </summary>
[Requirement("RTMP-6.3")]
public sealed class WakeStateTests
{
    private const int Completion = 2;
    private const int WakesEach = 2;

    // Phases of a thread that runs turns; a waker's and the completion's own phases come before.
    private const int Away = 0;
    private const int Take = 1;
    private const int Exit = 4;
    private const int Requeueing = 5;
    private const int Entering = 6;

    [Fact]
    public void No_interleaving_loses_a_wake_or_runs_two_turns()
    {
        var seen = new HashSet<State> { State.Start };
        var todo = new Stack<State>(seen);
        var ends = 0;
        var reruns = 0;
        while (todo.TryPop(out var state))
        {
            var followers = Steps(state).ToList();
            if (followers.Count == 0)
            {
                ends++;
                Assert.True(state.Wake.IsIdle, $"At rest but not idle: {state}");
                Assert.Equal(0, state.Work);
                Assert.Equal(0, state.Queued);
            }

            foreach (var next in followers)
            {
                Assert.True(next.Running <= 1, $"Two turns at once: {state} -> {next}");
                Assert.True(next.Queued <= 1, $"Queued twice: {state} -> {next}");
                reruns += next.Reruns > state.Reruns ? 1 : 0;
                if (seen.Add(next))
                {
                    todo.Push(next);
                }
            }
        }

        Assert.True(ends > 0 && reruns > 0 && seen.Count > 5_000, $"{seen.Count} states, {ends} ends, {reruns} reruns");
    }

    [Fact]
    public void A_wake_that_is_noted_stays_noted()
    {
        var wake = Running();
        Assert.False(wake.Signal());
        Assert.False(wake.Signal());
        Assert.False(wake.TryEnter());
        Assert.False(wake.TryExit());
        Assert.True(wake.TryExit());
        Assert.True(wake.IsIdle);
    }

    [Fact]
    public void A_turn_that_was_not_queued_does_not_start()
    {
        var wake = default(WakeState);
        Assert.Throws<InvalidOperationException>(() => wake.Enter());
        Assert.True(wake.Signal());
        Assert.False(wake.Signal());
        Assert.False(wake.TryEnter());
        wake.Enter();
        Assert.False(wake.IsIdle);
    }

    [Fact]
    public void A_held_state_queues_nothing_until_it_is_let_go()
    {
        var wake = WakeState.Held;
        Assert.False(wake.Signal());
        Assert.False(wake.TryEnter());
        wake.Requeue();
        wake.Enter();
        Assert.True(wake.TryExit());
    }

    [Fact]
    public async Task Real_threads_lose_no_wake_and_never_meet_in_a_turn()
    {
        // In rounds: what one wake lost, no later one may make good.
        const int Rounds = 2000;
        const int Each = 5;
        var machine = new Machine();
        using var start = new Barrier(3);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => Task.Factory.StartNew(
            () =>
            {
                for (var round = 1; round <= Rounds; round++)
                {
                    start.SignalAndWait();
                    for (var i = 0; i < Each; i++)
                    {
                        machine.Arrive(completion: index == Completion);
                    }

                    var all = 3 * Each * round;
                    Assert.True(SpinWait.SpinUntil(() => machine.Taken >= all, TimeSpan.FromSeconds(30)), $"{machine.Taken} of {all}");
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal((0, 3 * Each * Rounds), (machine.Meetings, machine.Taken));
    }

    private static WakeState Running()
    {
        var wake = default(WakeState);
        Assert.True(wake.TryEnter());
        return wake;
    }

    private static IEnumerable<State> Steps(State s)
    {
        for (var agent = 0; agent < State.Agents; agent++)
        {
            foreach (var next in agent <= Completion && s.Phase(agent) < State.Done ? Arrivals(s, agent) : Turns(s, agent))
            {
                yield return next;
            }
        }
    }

    // A waker writes, signals, and queues if told to. The completion writes and runs the turn itself if told to.
    private static IEnumerable<State> Arrivals(State s, int agent)
    {
        var phase = s.Phase(agent);
        switch (phase % 3)
        {
            case 0:
                yield return (s with { Work = s.Work | (1 << agent) }).With(agent, phase + 1);
                break;
            case 1:
                var wake = s.Wake;
                if (agent == Completion)
                {
                    var enters = wake.TryEnter();
                    yield return (s with { Wake = wake }).With(agent, State.Done + (enters ? Take : Away));
                }
                else
                {
                    var queues = wake.Signal();
                    yield return (s with { Wake = wake }).With(agent, queues ? phase + 1 : AfterWake(phase + 1));
                }

                break;
            default:
                yield return (s with { Queued = s.Queued + 1 }).With(agent, AfterWake(phase));
                break;
        }
    }

    private static int AfterWake(int phase) => (phase / 3) + 1 == WakesEach ? State.Done : phase + 1;

    private static IEnumerable<State> Turns(State s, int agent)
    {
        var done = agent <= Completion ? State.Done : 0;
        var phase = s.Phase(agent) - done;
        var wake = s.Wake;
        switch (phase)
        {
            case Away:
                if (agent > Completion && s.Queued > 0)
                {
                    yield return (s with { Queued = s.Queued - 1 }).With(agent, Entering);
                }

                break;
            case Entering:
                wake.Enter();
                yield return (s with { Wake = wake }).With(agent, done + Take);
                break;
            case < Exit:
                yield return (s with { Work = s.Work & ~(1 << (phase - Take)) }).With(agent, done + phase + 1);
                break;
            case Exit:
                if (s.Requeues == 0)
                {
                    var requeued = s.Wake;
                    requeued.Requeue();
                    yield return (s with { Wake = requeued, Requeues = 1 }).With(agent, done + Requeueing);
                }

                var leaves = wake.TryExit();
                yield return (s with { Wake = wake, Reruns = leaves ? s.Reruns : Math.Min(s.Reruns + 1, 9) })
                    .With(agent, done + (leaves ? Away : Take));
                break;
            default:
                yield return (s with { Queued = s.Queued + 1 }).With(agent, done + Away);
                break;
        }
    }

    // Two wakers, a completion, two pool threads: four bits of phase each.
    private readonly record struct State(WakeState Wake, int Work, int Queued, int Requeues, int Reruns, long Phases)
    {
        internal const int Agents = 5;
        internal const int Done = 6;

        internal static State Start => default;

        internal int Running
        {
            get
            {
                var running = 0;
                for (var agent = 0; agent < Agents; agent++)
                {
                    var phase = Phase(agent) - (agent <= Completion ? Done : 0);
                    running += phase is >= Take and <= Exit ? 1 : 0;
                }

                return running;
            }
        }

        internal int Phase(int agent) => (int)(Phases >> (agent * 4)) & 15;

        internal State With(int agent, int phase) =>
            this with { Phases = (Phases & ~(15L << (agent * 4))) | ((long)phase << (agent * 4)) };
    }

    // The same protocol as a connection follows, on the thread pool.
    private sealed class Machine : IThreadPoolWorkItem
    {
        private WakeState _wake;
        private int _arrived;
        private int _inside;
        private int _meetings;
        private int _taken;

        internal int Taken => Volatile.Read(ref _taken);

        internal int Meetings => Volatile.Read(ref _meetings);

        public void Execute()
        {
            _wake.Enter();
            Run();
        }

        internal void Arrive(bool completion)
        {
            Interlocked.Increment(ref _arrived);
            if (completion)
            {
                if (_wake.TryEnter())
                {
                    Run();
                }
            }
            else if (_wake.Signal())
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        private void Run()
        {
            do
            {
                if (Interlocked.Increment(ref _inside) != 1)
                {
                    Interlocked.Increment(ref _meetings);
                }

                Volatile.Write(ref _taken, _taken + Interlocked.Exchange(ref _arrived, 0));
                Thread.SpinWait(100); // the window in which a wake finds the turn running
                Interlocked.Decrement(ref _inside);
            }
            while (!_wake.TryExit());
        }
    }
}
