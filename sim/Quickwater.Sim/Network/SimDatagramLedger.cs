namespace Quickwater.Sim;

/// <summary>
/// The books of a world's datagrams: whatever was sent or copied was received, was lost for one cause, or is still on its way. Exact after every event.
/// </summary>
public sealed class SimDatagramLedger : Invariant
{
    private readonly long[] _lost = new long[Enum.GetValues<DatagramLoss>().Length];

    /// <summary>Datagrams that left a socket.</summary>
    public long Sent { get; internal set; }

    /// <summary>Second copies that the network made.</summary>
    public long Duplicated { get; internal set; }

    /// <summary>Datagrams, copies among them, that a socket's user got.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Those of which a bit was turned over on the way. They count as what else becomes of them.</summary>
    public long Corrupted { get; internal set; }

    /// <summary>Datagrams on their way.</summary>
    public long OnTheWay { get; internal set; }

    /// <summary>How many were lost for a cause.</summary>
    public long LostBy(DatagramLoss cause) => _lost[(int)cause];

    /// <summary>How many were lost.</summary>
    public long Lost => _lost.Sum();

    /// <inheritdoc/>
    public override void AfterStep(World world)
    {
        var waiting = world.Datagrams.Waiting;
        world.Require(
            Sent + Duplicated == Delivered + Lost + OnTheWay + waiting,
            $"the ledger of datagrams is exact: {Sent} sent + {Duplicated} copied = {Delivered} delivered + {Lost} lost + {OnTheWay} on the way + {waiting} waiting");
    }

    internal void Lose(DatagramLoss cause) => _lost[(int)cause]++;
}
