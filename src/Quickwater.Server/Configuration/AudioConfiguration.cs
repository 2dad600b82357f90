using System.Net;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>The section <c>audio</c>. Each member is the setting of that name.</summary>
public sealed record AudioConfiguration(
    bool Enabled,
    IPEndPoint Listen,
    StationConfigurations Stations,
    TimeSpan Chunk,
    TimeSpan Latency,
    TimeSpan Burst,
    TimeSpan BurstMax,
    TimeSpan LagMax,
    int SkipsPerMinuteMax,
    TimeSpan StallMax,
    TimeSpan OffAirAfter,
    int ClientsMax,
    int ListenersPerStationMax,
    int ConnectionsPerAddressMax,
    int ConnectsPerSecondPerAddressMax,
    TimeSpan ConnectionTimeMax,
    long BytesPerSecondMax,
    long PendingBytesMax,
    TimeSpan HandshakeTimeout,
    TimeSpan IdleTimeout)
{
    // Connections that have not said hello yet are accepted beside those that have.
    private const int HandshakesMax = 1000;

    /// <summary>How clients are treated.</summary>
    internal AudioServerOptions ToServerOptions()
    {
        var options = new AudioServerOptions { ClientsMax = ClientsMax };
        return options with
        {
            Limits = options.Limits with
            {
                HandshakeTimeout = HandshakeTimeout,
                IdleTimeout = IdleTimeout,
                DurationMax = ConnectionTimeMax == TimeSpan.Zero ? null : ConnectionTimeMax,
                SentBytesPerSecondMax = BytesPerSecondMax == 0 ? null : BytesPerSecondMax,
                PendingBytesMax = PendingBytesMax,
            },
        };
    }

    /// <summary>How a station is served.</summary>
    internal StationOptions ToStationOptions(StationConfiguration station) => new()
    {
        Name = station.Name,
        Chunk = Chunk,
        LatencyMax = Longer(station.Latency ?? Latency, Chunk),
        Burst = station.Burst ?? Burst,
        BurstMax = Longer(BurstMax, station.Burst ?? Burst),
        LagMax = station.LagMax ?? LagMax,
        SkipsPerMinuteMax = station.SkipsPerMinuteMax ?? SkipsPerMinuteMax,
        StallMax = StallMax,
        OffAirAfter = OffAirAfter,
        ListenersMax = station.ListenersMax ?? ListenersPerStationMax,
    };

    /// <summary>What is accepted at most, over whatever listener.</summary>
    internal AcceptLimits ToAcceptLimits() => new()
    {
        ConnectionsMax = ClientsMax + HandshakesMax,
        ConnectionsPerAddressMax = ConnectionsPerAddressMax,
        ConnectsPerSecondPerAddressMax = ConnectsPerSecondPerAddressMax,
    };

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
