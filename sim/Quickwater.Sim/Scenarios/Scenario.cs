namespace Quickwater.Sim;

/// <summary>A kind of world: who is in it, what they do, and what must hold. It draws everything from the world's seed.</summary>
public abstract class Scenario
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it simulates, in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>The marks that must be reached within <see cref="SeedsInCi"/>.</summary>
    public abstract IReadOnlyList<string> Marks { get; }

    /// <summary>How many seeds, from 1, every change is tried with.</summary>
    public virtual int SeedsInCi => 300;

    /// <summary>All scenarios.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
        [new EchoScenario(), new HubScenario(), new RtmpScenario(), new AudioScenario(), new RpcScenario(), new DatagramScenario()];

    /// <summary>The world of a seed, with the faults of that seed.</summary>
    public World CreateWorld(ulong seed) => new(seed, Faults.Swarm(seed)) { Scenario = Name };

    /// <summary>Plays it to its end. Throws <see cref="SimulationFailedException"/> when a promise is broken.</summary>
    public abstract void Play(World world);
}
