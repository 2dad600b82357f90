using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>
/// What may befall datagrams, and how often. Chances are from 0 to 1, each for one datagram unless it says otherwise. Everything here is something that real
/// networks and operating systems do.
/// </summary>
public sealed record DatagramFaults
{
    /// <summary>Bounds of a path's one-way delay; a direction draws its own.</summary>
    public (TimeSpan Least, TimeSpan Most) Delay { get; init; } = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));

    /// <summary>What a datagram's delay varies by at most. Those behind it wait for it.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>A burst of losses begins.</summary>
    public double Loss { get; init; }

    /// <summary>Datagrams that a burst takes at most. At least 1.</summary>
    public int LossBurstMax { get; init; } = 1;

    /// <summary>A second copy arrives.</summary>
    public double Duplicate { get; init; }

    /// <summary>It is overtaken: it comes later, by up to <see cref="ReorderMax"/>.</summary>
    public double Reorder { get; init; }

    /// <summary>How much later at most.</summary>
    public TimeSpan ReorderMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A bit of it is turned over, and no checksum noticed.</summary>
    public double Corrupt { get; init; }

    /// <summary>A path, not a datagram, lets nothing longer through than <see cref="MtuBytes"/>, and does not say so.</summary>
    public double MtuHole { get; init; }

    /// <summary>The longest datagram that such a path lets through.</summary>
    public int MtuBytes { get; init; } = 600;

    /// <summary>What a path carries a second, in bytes; 0 for no bound.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>What may wait for such a path, in bytes; more is dropped at the tail.</summary>
    public int QueueBytesMax { get; init; } = 20_000;

    /// <summary>A blackout of the path begins: nothing gets through for a time up to <see cref="BlackoutMax"/>.</summary>
    public double Blackout { get; init; }

    /// <summary>How long a blackout lasts at most.</summary>
    public TimeSpan BlackoutMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The sender's kernel takes no more now: the send goes on later.</summary>
    public double PendingSend { get; init; }

    /// <summary>The sender's kernel has no memory for it.</summary>
    public double SendFails { get; init; }

    /// <summary>A receive gives several datagrams of one size from one peer together, where they wait.</summary>
    public double Coalesce { get; init; }

    /// <summary>A receive is reported as possible although nothing is there.</summary>
    public double FalseAlarm { get; init; }

    /// <summary>Bounds of a receive buffer, in bytes; a socket draws its own.</summary>
    public (int Least, int Most) ReceiveBytes { get; init; } = (212_992, 212_992);

    /// <summary>A network without faults.</summary>
    public static DatagramFaults None { get; } = new();

    /// <summary>A random subset of the faults at random rates, as <see cref="Faults.Swarm"/>.</summary>
    public static DatagramFaults Swarm(ulong seed)
    {
        var rng = new Rng(seed ^ 0x44475241);
        return new DatagramFaults
        {
            Delay = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(rng.Chance(0.5) ? 2 : rng.Between(2, 200))),
            Jitter = rng.Chance(0.5) ? TimeSpan.FromMilliseconds(rng.Below(40)) : TimeSpan.Zero,
            Loss = Some(rng, 0.2),
            LossBurstMax = rng.Between(1, 12),
            Duplicate = Some(rng, 0.3),
            Reorder = Some(rng, 0.3),
            Corrupt = Some(rng, 0.1),
            MtuHole = Some(rng, 0.5),
            BytesPerSecond = rng.Chance(0.3) ? rng.Between(20_000, 2_000_000) : 0,
            QueueBytesMax = rng.Between(2_000, 60_000),
            Blackout = Some(rng, 0.005),
            PendingSend = Some(rng, 0.5),
            SendFails = Some(rng, 0.02),
            Coalesce = Some(rng, 1),
            FalseAlarm = Some(rng, 0.3),
            ReceiveBytes = rng.Chance(0.5) ? (2_000, 20_000) : (212_992, 212_992),
        };
    }

    /// <summary>What is left of the faults when the network heals: it still completes as it likes, but nothing is lost, changed or held up.</summary>
    public DatagramFaults Healed() => this with
    {
        Loss = 0, Duplicate = 0, Reorder = 0, Corrupt = 0, MtuHole = 0, BytesPerSecond = 0, Blackout = 0, SendFails = 0, ReceiveBytes = (212_992, 212_992),
        PendingSend = Math.Min(PendingSend, 0.05), // a sender that waits more often than that falls behind for ever
    };

    private static double Some(Rng rng, double most)
    {
        var rate = rng.Unit() * most;
        return rng.Chance(0.5) ? rate : 0;
    }
}
