using System.Net;

namespace Quickwater.Core;

/// <summary>
/// The books of all connections of a process, whatever they speak: together they stay below the descriptors that it may have, one address has no more
/// than half of them, and none is added while memory is short. Administration has places of its own. Thread-safe.
/// </summary>
/// <param name="placesMax">Connections that fit at first; see <see cref="Resize"/>.</param>
/// <param name="reservedMax">Places beside them for administration.</param>
/// <param name="memory">The memory for peers; null when it has no bound.</param>
public sealed class DescriptorLedger(int placesMax, int reservedMax, MemoryBudget? memory = null)
{
    private readonly PlaceLedger _places = new(
        placesMax, Reason.TooManyOpenFiles, PerAddressMax(placesMax), Reason.TooManyConnectionsFromAddress);

    private readonly CountLimit _reserved = new(reservedMax, Reason.TooManyConnections);

    /// <summary>Connections open now, administration's not counted.</summary>
    public int Open => _places.Taken;

    /// <summary>Connections of administration open now.</summary>
    public int ReservedOpen => _reserved.Count;

    /// <summary>Connections that fit now.</summary>
    public int PlacesMax => _places.Most;

    /// <summary>Connections that fit for administration alone.</summary>
    public int ReservedMax => _reserved.Most;

    /// <summary>Connections of one address at most.</summary>
    public int PlacesPerAddressMax => _places.PerAddressMost;

    /// <summary>
    /// Enters a connection, or says why it is refused: <see cref="Reason.MemoryPressure"/>, <see cref="Reason.TooManyOpenFiles"/> or
    /// <see cref="Reason.TooManyConnectionsFromAddress"/>. Every entered one ends with <see cref="Leave"/>.
    /// </summary>
    public Reason TryEnter(IPAddress remote)
    {
        if (memory is { IsTight: true })
        {
            memory.CountRefusal();
            return Reason.MemoryPressure;
        }

        return _places.TryEnter(remote);
    }

    /// <summary>A connection that was entered is closed: once for each.</summary>
    public void Leave(IPAddress remote) => _places.Leave(remote);

    /// <summary>Enters a connection of administration, or says why it is refused. Every entered one ends with <see cref="LeaveReserved"/>.</summary>
    public Reason TryEnterReserved() => _reserved.TryEnter();

    /// <summary>A connection of administration is closed.</summary>
    public void LeaveReserved() => _reserved.Leave();

    /// <summary>Other parts of the process hold more descriptors than before, or fewer. Connections that are open stay.</summary>
    public void Resize(int placesMax) => _places.Resize(placesMax, PerAddressMax(placesMax));

    private static int PerAddressMax(int placesMax) => Math.Max(1, placesMax / 2);
}
