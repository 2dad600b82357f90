using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// What may go wrong in a world, and how often. Chances are from 0 to 1. Everything here is something that a real operating system or
/// network does; a <see cref="World"/> draws from it with its seed.
/// </summary>
public sealed record Faults
{
    /// <summary>A receive that could complete at once completes later.</summary>
    public double PendingReceive { get; init; }

    /// <summary>A send whose bytes were all taken at once completes later.</summary>
    public double PendingSend { get; init; }

    /// <summary>A receive gives some of the bytes that are there, cut anywhere.</summary>
    public double PartialReceive { get; init; }

    /// <summary>A completion is reported late, after a time up to <see cref="LateCompletionMax"/>.</summary>
    public double LateCompletion { get; init; }

    /// <summary>How late a completion is reported at most.</summary>
    public TimeSpan LateCompletionMax { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>A queued turn waits for a thread, up to <see cref="LateTurnMax"/>.</summary>
    public double LateTurn { get; init; }

    /// <summary>How long a queued turn waits at most.</summary>
    public TimeSpan LateTurnMax { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Something else happens on another thread while a session is being called.</summary>
    public double Interruption { get; init; }

    /// <summary>The least one-way delay of a link.</summary>
    public TimeSpan LatencyMin { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The greatest one-way delay of a link.</summary>
    public TimeSpan LatencyMax { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>A piece on its way is cut in two, of which the second comes later.</summary>
    public double Split { get; init; }

    /// <summary>A direction of a link stands still now and then, for a time up to <see cref="StallMax"/>.</summary>
    public double Stall { get; init; }

    /// <summary>How long a direction stands still at most.</summary>
    public TimeSpan StallMax { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A link is reset at some time, also with a send in flight.</summary>
    public double Reset { get; init; }

    /// <summary>A link goes silent for ever at some time: no bytes, no end, no reset.</summary>
    public double Vanish { get; init; }

    /// <summary>Resets, silences and first stalls fall into this time after a link opens.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long the operating systems give up on a silent link.</summary>
    public TimeSpan KernelTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Bounds of the kernel's send buffer, in bytes; a link draws its own.</summary>
    public (int Least, int Most) SendBufferBytes { get; init; } = (65_536, 65_536);

    /// <summary>Bounds of the kernel's receive buffer, in bytes; a link draws its own.</summary>
    public (int Least, int Most) ReceiveBufferBytes { get; init; } = (65_536, 65_536);

    /// <summary>A network without faults: it completes at once what it can.</summary>
    public static Faults None { get; } = new();

    /// <summary>
    /// A random subset of the faults at random rates. Swarm testing: a seed that leaves most faults out gets far into states that a seed
    /// with all of them never lives to see.
    /// </summary>
    public static Faults Swarm(ulong seed)
    {
        var rng = new Rng(seed ^ 0x5741524D);
        var wide = rng.Chance(0.5);
        return new Faults
        {
            PendingReceive = Some(rng, 1),
            PendingSend = Some(rng, 1),
            PartialReceive = Some(rng, 1),
            LateCompletion = Some(rng, 0.3),
            LateTurn = Some(rng, 0.3),
            Interruption = Some(rng, 0.5),
            LatencyMax = TimeSpan.FromMilliseconds(rng.Chance(0.5) ? 2 : rng.Between(2, 250)),
            Split = Some(rng, 0.5),
            Stall = Some(rng, 1),
            StallMax = TimeSpan.FromMilliseconds(rng.Between(50, 20_000)),
            Reset = Some(rng, 0.5),
            Vanish = rng.Chance(0.3) ? rng.Unit() * 0.3 : 0,
            SendBufferBytes = wide ? (512, 262_144) : (16_384, 65_536),
            ReceiveBufferBytes = wide ? (512, 262_144) : (16_384, 65_536),
        };
    }

    /// <summary>What is left of the faults when the network heals: it still completes as it likes, but nothing breaks or stands still.</summary>
    public Faults Healed() => this with { LateCompletion = 0, LateTurn = 0, Stall = 0, Reset = 0, Vanish = 0 };

    private static double Some(Rng rng, double most)
    {
        var rate = rng.Unit() * most;
        return rng.Chance(0.5) ? rate : 0;
    }
}
