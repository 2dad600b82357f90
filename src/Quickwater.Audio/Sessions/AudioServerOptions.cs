using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>How the audio server treats its clients, whatever station they want. Immutable.</summary>
public sealed record AudioServerOptions
{
    /// <summary>The limits of a connection, with those that a listener of sound needs: nobody sends much. Default 64 KiB a second, hundreds of times what pings need.</summary>
    public ConnectionLimits Limits { get; init; } = new() { ReceivedBytesPerSecondMax = 64 * 1024 };

    /// <summary>
    /// Clients at once that said hello; one more is refused with <see cref="Reason.TooManyConnections"/>. At least 1. Default 10,000.
    /// What may connect without a hello is for <see cref="AcceptLimits"/>, which resets.
    /// </summary>
    public int ClientsMax { get; init; } = 10_000;

    /// <summary>
    /// Bytes in one send: what a stalled client pins, with as much again for the segments they lie in. 4 KiB to 1 MiB. Default 32 KiB. With
    /// <see cref="HubLimits.SegmentBytesMax"/> of the same size that is at most twice as many bytes.
    /// </summary>
    public int BatchBytesMax { get; init; } = 32 * 1024;

    /// <summary>What is wrong with these options: one sentence a fault, without a full stop; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (var fault in Limits.Validate())
        {
            yield return fault;
        }

        if (ClientsMax < 1)
        {
            yield return $"clientsMax is {ClientsMax}; allowed is 1 and more";
        }

        if (BatchBytesMax is < 4096 or > 1 << 20)
        {
            yield return $"batchBytesMax is {BatchBytesMax}; allowed is 4096 to 1048576";
        }
    }

    /// <summary>The limits of a hub that holds what the stations need: bursts for joiners, and what lagging listeners have still before them.</summary>
    public HubLimits ToHubLimits(IReadOnlyCollection<StationOptions> stations)
    {
        var burst = stations.Select(static station => station.BurstMax).DefaultIfEmpty().Max() + TimeSpan.FromMilliseconds(100);
        var lag = stations.Select(static station => station.LagMax).DefaultIfEmpty().Max();
        return new HubLimits
        {
            TopicsMax = Math.Max(1, stations.Count),
            PublishersMax = Math.Max(1, stations.Count),
            SubscribersPerTopicMax = 1_000_000, // each station counts its own
            WaitersMax = 1_000_000, // and those who wait for it; nobody can wait for a name that is no station
            WaitersPerAddressMax = 1_000_000,
            ReplayMin = burst,
            ReplayMax = burst + burst,
            RetainMax = burst + lag + TimeSpan.FromSeconds(2), // a skip is for the session to tell of, before the ring lets go
            SegmentBytesMax = BatchBytesMax,
        };
    }
}
