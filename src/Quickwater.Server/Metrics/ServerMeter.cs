using System.Diagnostics.Metrics;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>Publishes the plain counters of engine and hub to one meter, read when somebody collects.</summary>
internal sealed class ServerMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Quickwater";

    private readonly Engine _engine;
    private readonly Hub _hub;
    private readonly Func<IEnumerable<KeyValuePair<Reason, long>>> _refused;

    /// <summary>Makes the meter and its instruments.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="places">The books of all connections.</param>
    /// <param name="hub">The hub.</param>
    /// <param name="observer">What the sessions told.</param>
    /// <param name="attempts">Attempts to get in.</param>
    /// <param name="refused">Connections refused before they reached the engine, by reason.</param>
    /// <param name="rpc">The counters of RPC.</param>
    public ServerMeter(
        Engine engine, DescriptorLedger places, Hub hub, ServerObserver observer, AttemptCounts attempts, Func<IEnumerable<KeyValuePair<Reason, long>>> refused, Func<RpcServerStats> rpc)
    {
        (_engine, _hub, _refused) = (engine, hub, refused);
        Meter = new Meter(Name);
        Meter.CreateObservableGauge("quickwater.connections", Connections, "{connection}", "Open connections by protocol.");
        Meter.CreateObservableCounter(
            "quickwater.connections.opened", () => engine.OpenedTotal, "{connection}", "Connections opened since the start.");
        Meter.CreateObservableCounter(
            "quickwater.connections.closed", Closed, "{connection}", "Connections closed since the start, by protocol, reason and whose fault it was.");
        Meter.CreateObservableCounter("quickwater.connections.refused", Refused, "{connection}", "Connections refused at accept, by reason.");
        Meter.CreateObservableCounter("quickwater.received", () => engine.BytesReceived, "By", "Bytes received since the start.");
        Meter.CreateObservableCounter("quickwater.sent", () => engine.BytesSent, "By", "Bytes sent since the start.");
        Meter.CreateObservableCounter(
            "quickwater.faults", () => observer.Faults.Select(pair => new Measurement<long>(pair.Value, Label("where", pair.Key))),
            "{fault}", "Faults of this program since the start: each ended one connection, or was one of a thread that went on. The log has their stacks.");
        Meter.CreateObservableCounter("quickwater.long_turns", () => engine.LongTurns, "{turn}", "Turns that took longer than a turn should.");
        Meter.CreateObservableCounter(
            "quickwater.rtmp.handshakes",
            () => observer.Handshakes.Select(pair => new Measurement<long>(pair.Value, Label("scheme", pair.Key))),
            "{handshake}", "RTMP handshakes completed since the start, by scheme.");
        Meter.CreateObservableCounter(
            "quickwater.rtmp.tolerated",
            () => observer.Tolerated.Select(pair => new Measurement<long>(pair.Value, Label("what", pair.Key))),
            "{event}", "What RTMP peers did against the rules and was let pass, since the start.");
        Meter.CreateObservableCounter(
            "quickwater.attempts",
            () => attempts.All.Select(pair => new Measurement<long>(
                pair.Value, Label("door", pair.Key.Door), Label("outcome", pair.Key.Outcome == Reason.None ? "allowed" : pair.Key.Outcome.Tag()))),
            "{attempt}", "Attempts to publish, to play and to authenticate for RPC since the start, by outcome.");
        Meter.CreateObservableGauge("quickwater.waiting", () => hub.Waiters.Taken, "{viewer}", "Viewers who wait for a stream that is not published.");
        Meter.CreateObservableGauge("quickwater.publishers", () => hub.PublisherCount, "{publisher}", "Publishers now.");
        Meter.CreateObservableGauge("quickwater.streams", Streams, "{stream}", "Streams now, by state.");
        Meter.CreateObservableGauge("quickwater.alive", Alive, "{object}", "Sockets, frames, segments and buffers that are in use.");
        CreateLimits(engine.Leaks.Memory, places);
        CreatePerStream();
        Meter.CreateObservableCounter("quickwater.rpc.calls", () => rpc().Calls, "{call}", "RPC calls taken since the start.");
        Meter.CreateObservableCounter("quickwater.rpc.errors", () => rpc().Errors, "{call}", "RPC calls answered with an error since the start.");
        Meter.CreateObservableCounter("quickwater.rpc.items", () => rpc().Items, "{item}", "Items of RPC streams sent since the start.");
        Meter.CreateObservableGauge("quickwater.rpc.in_flight", () => rpc().InFlight, "{call}", "RPC calls that methods work on now.");
    }

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private void CreateLimits(MemoryBudget memory, DescriptorLedger places)
    {
        Meter.CreateObservableGauge("quickwater.memory.held", () => memory.Used, "By", "Memory held for peers now.");
        Meter.CreateObservableGauge("quickwater.memory.limit", () => memory.BytesMax, "By", "Memory that may be held for peers.");
        Meter.CreateObservableCounter("quickwater.memory.refusals", () => memory.Refusals, "{refusal}", "Refusals for want of memory since the start.");
        Meter.CreateObservableGauge(
            "quickwater.places.used", () => Measurements(places.Open, places.ReservedOpen), "{connection}", "Connections that hold a descriptor, of administration and of all else.");
        Meter.CreateObservableGauge(
            "quickwater.places.limit", () => Measurements(places.PlacesMax, places.ReservedMax), "{connection}", "Connections that fit the descriptors of the process.");
    }

    private static Measurement<long>[] Measurements(long peers, long admin) => [new(peers, Label("for", "peers")), new(admin, Label("for", "admin"))];

    private void CreatePerStream()
    {
        Meter.CreateObservableGauge("quickwater.stream.viewers", () => PerStream(stats => stats.Viewers), "{viewer}", "Viewers of a stream.");
        Meter.CreateObservableGauge(
            "quickwater.stream.rate", () => PerStream(stats => stats.BytesPerSecond), "By/s", "Smoothed rate of a stream's publisher.");
        Meter.CreateObservableGauge(
            "quickwater.stream.gop", () => PerStream(stats => stats.ReplayTime.TotalSeconds), "s", "Media kept for late joiners of a stream.");
        Meter.CreateObservableGauge("quickwater.stream.held", () => PerStream(stats => stats.BytesHeld), "By", "Bytes that a stream holds in memory.");
        Meter.CreateObservableCounter(
            "quickwater.stream.received", () => PerStream(stats => stats.BytesIn), "By", "Media bytes published to a stream.");
        Meter.CreateObservableCounter("quickwater.stream.frames", Frames, "{frame}", "Frames published to a stream, by kind.");
        Meter.CreateObservableCounter("quickwater.stream.drops", Drops, "{frame}", "Frames that viewers of a stream did not get, by reason and kind.");
    }

    private IEnumerable<Measurement<long>> Connections() => _engine.Connections
        .GroupBy(connection => connection.Info.Protocol, StringComparer.Ordinal)
        .Select(group => new Measurement<long>(group.Count(), Label("protocol", group.Key)));

    private IEnumerable<Measurement<long>> Closed() => _engine.ClosedByReason.Select(pair =>
    {
        var why = Reasons.Describe(pair.Key.Why);
        return new Measurement<long>(
            pair.Value, Label("protocol", pair.Key.Protocol), Label("reason", why.Tag), Label("fault", why.Fault.ToString().ToLowerInvariant()));
    });

    private IEnumerable<Measurement<long>> Refused() =>
        _refused().Select(pair => new Measurement<long>(pair.Value, Label("reason", pair.Key.Tag())));

    private IEnumerable<Measurement<long>> Streams()
    {
        var topics = _hub.Topics;
        var live = topics.Count(topic => topic.IsLive);
        return [new(live, Label("state", "live")), new(topics.Count - live, Label("state", "waiting"))];
    }

    private IEnumerable<Measurement<long>> Alive()
    {
        var alive = _engine.Leaks.Read();
        return
        [
            new(alive.Sockets, Label("kind", "socket")), new(alive.Frames, Label("kind", "frame")),
            new(alive.Segments, Label("kind", "segment")), new(alive.Buffers, Label("kind", "buffer")),
        ];
    }

    private IEnumerable<Measurement<double>> PerStream(Func<TopicStats, double> of) =>
        _hub.Topics.Select(topic => new Measurement<double>(of(topic.Stats), Label("stream", topic.Name)));

    private IEnumerable<Measurement<long>> Frames() => _hub.Topics.SelectMany<Topic, Measurement<long>>(topic =>
    {
        var stats = topic.Stats;
        return
        [
            new(stats.AudioFrames, Label("stream", topic.Name), Label("kind", "audio")),
            new(stats.VideoFrames, Label("stream", topic.Name), Label("kind", "video")),
            new(stats.DataFrames, Label("stream", topic.Name), Label("kind", "data")),
        ];
    });

    private IEnumerable<Measurement<long>> Drops() => _hub.Topics.SelectMany(topic =>
        StreamDrops.Of(topic).Select(pair => new Measurement<long>(
            pair.Value, Label("stream", topic.Name), Label("reason", pair.Key.Why.Tag()),
            Label("kind", pair.Key.Kind.ToString().ToLowerInvariant()))));
}
