using System.Runtime.CompilerServices;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Sim;

/// <summary>
/// Everything there is in a simulation: time, the run queue, the network and what may go wrong, all drawn from one seed. It runs one
/// event after another on the calling thread, so a seed always gives the same run. Not thread-safe; worlds do not share anything.
/// </summary>
public sealed class World : IDisposable
{
    private const int InterruptionDepthMax = 2;

    private readonly List<Invariant> _invariants = [new IdleMeansEmpty()];
    private readonly List<SimHost> _hosts = [];
    private readonly Rng _interruptions;
    private SimulationFailedException? _failure;
    private int _depth;
    private long _stepsAtThisTime;
    private int _callsInThisStep;

    /// <summary>Makes a world at time zero.</summary>
    public World(ulong seed, Faults faults)
    {
        Seed = seed;
        Weather = faults;
        var root = new Rng(seed);
        Rng = root.Fork();
        _interruptions = root.Fork();
        Time = new VirtualTime(root.Fork());
        Clock = new Clock(Time);
        Scheduler = new SimScheduler(this, root.Fork());
        Network = new SimNetwork(this, root.Fork());
        Datagrams = new SimDatagramNetwork(this, root.Fork());
        _invariants.Add(Datagrams.Ledger);
    }

    /// <summary>What all of it is drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>What may go wrong now.</summary>
    public Faults Weather { get; private set; }

    /// <summary>For the scenario to draw from.</summary>
    public Rng Rng { get; }

    /// <summary>Virtual time.</summary>
    public VirtualTime Time { get; }

    /// <summary>The engine's clock on virtual time.</summary>
    public Clock Clock { get; }

    /// <summary>The run queue.</summary>
    public SimScheduler Scheduler { get; }

    /// <summary>The network.</summary>
    public SimNetwork Network { get; }

    /// <summary>The network of datagrams.</summary>
    public SimDatagramNetwork Datagrams { get; }

    /// <summary>The rare states that were reached.</summary>
    public Marks Marks { get; } = new();

    /// <summary>What happened.</summary>
    public Trace Trace { get; } = new();

    /// <summary>The processes.</summary>
    public IReadOnlyList<SimHost> Hosts => _hosts;

    /// <summary>Connections that are open, of all hosts.</summary>
    public int OpenConnections => _hosts.Sum(static host => host.Engine.OpenCount);

    /// <summary>The name of the scenario, for the replay command.</summary>
    public string Scenario { get; init; } = "";

    /// <summary>Adds an invariant, which is checked from now on.</summary>
    public void Watch(Invariant invariant) => _invariants.Add(invariant);

    /// <summary>Adds a process.</summary>
    public SimHost AddHost(string name, EngineOptions? options = null)
    {
        var host = new SimHost(this, name, options ?? new EngineOptions());
        _hosts.Add(host);
        return host;
    }

    /// <summary>Connects one process to another: the client's connection opens now, the server's a little later.</summary>
    public EndpointPair Dial(SimHost client, ISessionFactory session, SimHost server, ISessionFactory served, bool reliable = false)
    {
        var (near, far) = Network.Connect($"{client.Name}-{Network.Links + 1}", reliable);
        var pair = new EndpointPair(client.Open(near, session));
        Time.After(Rng.UpTo(Weather.LatencyMax), () => pair.Server = server.Open(far, served));
        return pair;
    }

    /// <summary>Runs for a time, or until nothing is left to happen; then it is that time.</summary>
    public void Run(TimeSpan time)
    {
        var end = Time.Elapsed + time;
        while (Step(end))
        {
        }

        Time.AdvanceTo(end);
    }

    /// <summary>Runs until a condition holds; fails the world when it does not within the time.</summary>
    /// <param name="condition">Asked after every event.</param>
    /// <param name="within">Virtual time at most.</param>
    /// <param name="what">What was waited for, in the words of a failure.</param>
    public void RunUntil(Func<bool> condition, TimeSpan within, string what)
    {
        var end = Time.Elapsed + within;
        while (!condition())
        {
            if (!Step(end))
            {
                Fail($"still not so after {within.TotalSeconds:0.###} s: {what}");
            }
        }
    }

    /// <summary>Runs until nothing is left to happen, or for ten minutes of virtual time (keep-alives go on for ever).</summary>
    public void RunUntilQuiet() => Run(TimeSpan.FromMinutes(10));

    /// <summary>
    /// Runs until every connection of every host is closed and every socket has come home; fails the world when they do not, or when
    /// something is not given back.
    /// </summary>
    public void RunUntilClosed(TimeSpan? within = null)
    {
        var time = within ?? TimeSpan.FromMinutes(10);
        do
        {
            RunUntil(() => IsEmpty, time, "every connection and every port is closed");
            RunUntil(() => Network.OpenSockets == 0, time, "every operation has completed and every socket is closed");
            Run(TimeSpan.FromSeconds(1));
        }
        while (!IsEmpty || Network.OpenSockets > 0); // somebody dialled late
        foreach (var host in _hosts)
        {
            Require(host.Engine.Leaks.Read().IsZero, $"{host.Name} gives everything back: {host.Engine.Leaks.Read()}");
        }
    }

    /// <summary>Ends all faults that break or hold up links: from now on everything must come to a good end.</summary>
    public void Heal()
    {
        Note("heal", "world");
        Weather = Weather.Healed();
        Network.Heal();
        Datagrams.Heal();
    }

    /// <summary>Adds an event to the trace.</summary>
    public void Note(string what, string who, long a = 0, long b = 0) => Trace.Add(Time.Elapsed, what, who, a, b);

    /// <summary>Fails the world unless the condition holds.</summary>
    public void Require(bool condition, string promise)
    {
        if (!condition)
        {
            Fail(promise);
        }
    }

    /// <summary>Fails the world unless the condition holds. The message is put together only then.</summary>
    public void Require(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref FailureMessage message)
    {
        if (!condition)
        {
            Fail(message.Text());
        }
    }

    /// <summary>Fails the world: it broke a promise.</summary>
    /// <exception cref="SimulationFailedException">Always. The world also remembers it, in case the code under test catches it.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Fail(string promise, Exception? inner = null)
    {
        _failure ??= new SimulationFailedException(
            $"""
            Seed {Seed} broke a promise at {Time.Elapsed.TotalMilliseconds:0.000} ms of virtual time: {promise}
            Replay: quickwater sim {Scenario} --seed {Seed}   (tests: QUICKWATER_SIM_SEED={Seed})
            {Weather}
            Last events:
            {Trace.Last()}
            """,
            inner);
        throw _failure;
    }

    /// <summary>
    /// Called where other threads could act in the middle of something: now and then lets events happen that are due, as if on
    /// another thread.
    /// </summary>
    internal void Interrupt()
    {
        if (++_callsInThisStep > 200_000)
        {
            _callsInThisStep = 0;
            Fail("calls without end within one event: a turn does not come to its end");
        }

        if (_depth >= InterruptionDepthMax || !_interruptions.Chance(Weather.Interruption))
        {
            return;
        }

        _depth++;
        for (var i = _interruptions.Between(1, 3); i > 0 && IsDue; i--)
        {
            Marks.Hit("interrupted-turn");
            Happen();
        }

        _depth--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        foreach (var host in _hosts)
        {
            host.Dispose();
        }
    }

    private bool IsEmpty => _hosts.TrueForAll(static host => host.Engine.IsEmpty);

    private bool IsDue => Scheduler.Ready > 0 || Time.Next <= Time.Elapsed;

    private bool Step(TimeSpan end)
    {
        if (!IsDue)
        {
            AtRest();
            _stepsAtThisTime = 0;
            if (Time.Next is not { } next || next > end)
            {
                return false;
            }
        }

        _callsInThisStep = 0;
        if (++_stepsAtThisTime > 1_000_000)
        {
            Fail("a million events at one time: something spins");
        }

        try
        {
            Happen();
        }
        catch (Exception e) when (e is not SimulationFailedException)
        {
            Fail($"an exception escaped: {e}", e);
        }

        Throw();
        foreach (var invariant in _invariants)
        {
            invariant.AfterStep(this);
        }

        return true;
    }

    private void Happen()
    {
        var due = Time.Next <= Time.Elapsed;
        if (Scheduler.Ready > 0 && (!due || _interruptions.Chance(0.5)))
        {
            Scheduler.RunOne();
        }
        else
        {
            Time.Advance();
        }
    }

    // No turn is queued and nothing else is due: what should have moved has moved.
    private void AtRest()
    {
        Throw();
        if (Scheduler.Queued > 0)
        {
            return;
        }

        foreach (var invariant in _invariants)
        {
            invariant.AtRest(this);
        }
    }

    private void Throw()
    {
        if (_failure is not null)
        {
            throw _failure;
        }
    }
}
