using System.Net;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>The settings of the section <c>audio</c>; part of <see cref="Settings.All"/>.</summary>
internal static class AudioSettings
{
    // Where a library has a default, it is the default here too.
    private static readonly StationOptions Station = new() { Name = "default" };
    private static readonly AudioServerOptions Server = new();

    public static readonly Setting<bool> Enabled = new(
        "audio.enabled", new BooleanType(), true, "Serve audio stations over TCP, when there are any.");

    public static readonly Setting<IPEndPoint> Listen = new(
        "audio.listen", new ListenType(), new(IPAddress.Any, 7000), "Where the audio protocol listens.");

    public static readonly Setting<StationConfigurations> Stations = new(
        "audio.stations", new StationListType(), StationConfigurations.Empty,
        "What there is to hear. serve --station NAME=SOURCE adds one.");

    public static readonly Setting<TimeSpan> Chunk = new(
        "audio.chunk", new DurationType(Milliseconds(1), Seconds(1)), Station.Chunk, "Audio in one message.");

    public static readonly Setting<TimeSpan> Latency = new(
        "audio.latency", new DurationType(Milliseconds(1), Seconds(5)), Station.LatencyMax,
        "How long a chunk may wait to be sent together with others. Few listeners get each chunk at once; the more there are, the longer chunks are gathered, up to this.");

    public static readonly Setting<TimeSpan> Burst = new(
        "audio.burst", new DurationType(TimeSpan.Zero, Seconds(30)), Station.Burst,
        "Audio of the past that a client gets at once when it asks for no other, for a quick start.");

    public static readonly Setting<TimeSpan> BurstMax = new(
        "audio.burstMax", new DurationType(TimeSpan.Zero, Seconds(30)), Station.BurstMax, "Audio of the past that a client may ask for at most.");

    public static readonly Setting<TimeSpan> LagMax = new(
        "audio.lagMax", new DurationType(Milliseconds(200), Minutes(5)), Station.LagMax,
        "How far a client may lag before it is made to skip to live.") { Limit = Reason.LagTimeExceeded };

    public static readonly Setting<int> SkipsPerMinuteMax = new(
        "audio.skipsPerMinuteMax", new IntegerType(0, 1000), Station.SkipsPerMinuteMax,
        "How often within a minute a client may be made to skip before it is ended. 0 ends it the first time it lags.") { Limit = Reason.LagTimeExceeded };

    public static readonly Setting<TimeSpan> StallMax = new(
        "audio.stallMax", new DurationType(Seconds(1), Minutes(60)), Station.StallMax,
        "How long a client may take nothing at all before it is ended.") { Limit = Reason.SendStalled };

    public static readonly Setting<TimeSpan> OffAirAfter = new(
        "audio.offAirAfter", new DurationType(Milliseconds(10), Minutes(60)), Station.OffAirAfter,
        "How long a source may give nothing before its station goes off the air. With a fallback, half of it.") { Limit = Reason.IdleTimeout };

    public static readonly Setting<int> ClientsMax = new(
        "audio.clientsMax", new IntegerType(1, 1_000_000), Server.ClientsMax, "Clients at once, over TCP, HTTP and WebSocket together.") { Limit = Reason.TooManyConnections };

    public static readonly Setting<int> ListenersPerStationMax = new(
        "audio.listenersPerStationMax", new IntegerType(1, 1_000_000), Station.ListenersMax, "Listeners of one station at once.")
    { Limit = Reason.TooManySubscribers };

    public static readonly Setting<int> ConnectionsPerAddressMax = new(
        "audio.connectionsPerAddressMax", new IntegerType(1, 1_000_000), 5_000, "Connections at once from one address, over TCP, HTTP and WebSocket together.")
    { Limit = Reason.TooManyConnectionsFromAddress };

    public static readonly Setting<int> ConnectsPerSecondPerAddressMax = new(
        "audio.connectsPerSecondPerAddressMax", new IntegerType(1, 1_000_000), 1000, "Connects within a second from one address, over TCP, HTTP and WebSocket together.")
    { Limit = Reason.ConnectRateExceeded };

    public static readonly Setting<TimeSpan> ConnectionTimeMax = new(
        "audio.connectionTimeMax", new DurationType(TimeSpan.Zero, TimeSpan.FromDays(30)), TimeSpan.Zero,
        "How long a connection may last. 0 is no such limit.") { Limit = Reason.DurationExceeded };

    public static readonly Setting<long> BytesPerSecondMax = new(
        "audio.bytesPerSecondMax", new SizeType(0, 10L << 30), 0,
        "Bytes a second that are sent to one client at most. A station that needs more is refused. 0 is no such limit.") { Limit = Reason.ByteRateExceeded };

    public static readonly Setting<long> PendingBytesMax = new(
        "audio.pendingBytesMax", new SizeType(64 << 10, 1L << 30), Server.Limits.PendingBytesMax,
        "Bytes that a client may lag before it is made to skip to live.") { Limit = Reason.LagBytesExceeded };

    public static readonly Setting<TimeSpan> HandshakeTimeout = new(
        "audio.handshakeTimeout", new DurationType(Milliseconds(10), Minutes(10)), Server.Limits.HandshakeTimeout,
        "Time a client has to say hello.") { Limit = Reason.HandshakeTimeout };

    public static readonly Setting<TimeSpan> IdleTimeout = new(
        "audio.idleTimeout", new DurationType(Milliseconds(100), Minutes(60)), Server.Limits.IdleTimeout,
        "Time a client may be silent before its connection is ended. It is asked with a ping after half of it.") { Limit = Reason.IdleTimeout };

    /// <summary>All of them, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Enabled, Listen, Stations, Chunk, Latency, Burst, BurstMax, LagMax, SkipsPerMinuteMax, StallMax, OffAirAfter, ClientsMax,
        ListenersPerStationMax, ConnectionsPerAddressMax, ConnectsPerSecondPerAddressMax, ConnectionTimeMax, BytesPerSecondMax, PendingBytesMax,
        HandshakeTimeout, IdleTimeout,
    ];

    /// <summary>The section as a record.</summary>
    public static AudioConfiguration Read(EffectiveConfiguration values) => new(
        values.Get(Enabled), values.Get(Listen), values.Get(Stations), values.Get(Chunk), values.Get(Latency), values.Get(Burst),
        values.Get(BurstMax), values.Get(LagMax), values.Get(SkipsPerMinuteMax), values.Get(StallMax), values.Get(OffAirAfter),
        values.Get(ClientsMax), values.Get(ListenersPerStationMax), values.Get(ConnectionsPerAddressMax),
        values.Get(ConnectsPerSecondPerAddressMax), values.Get(ConnectionTimeMax), values.Get(BytesPerSecondMax),
        values.Get(PendingBytesMax), values.Get(HandshakeTimeout), values.Get(IdleTimeout));

    /// <summary>What is wrong with the section as a whole. A pipe has one reader: what one station takes, another misses.</summary>
    public static IEnumerable<string> Check(EffectiveConfiguration values)
    {
        var readers = new Dictionary<FileIdentity, (string Station, string Source)>();
        foreach (var (station, source) in values.Get(Stations).Items.SelectMany(static one => new[] { (one.Name, one.Source), (one.Name, one.Fallback) }))
        {
            if (source.Length == 0 || FileIdentity.OfSource(source) is not { } pipe)
            {
                continue;
            }

            if (readers.TryGetValue(pipe, out var first))
            {
                yield return $"station {station} reads \"{source}\", and station {first.Station} reads \"{first.Source}\", which is the same pipe; each would get a part of the samples, so give it to one of them";
            }

            readers.TryAdd(pipe, (station, source));
        }
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static TimeSpan Minutes(int count) => TimeSpan.FromMinutes(count);
}
