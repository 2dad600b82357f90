using System.Net;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// The one table of settings. Defaults, parsing, validation, <c>config dump</c> and docs/configuration.md all come from it.
/// </summary>
internal static class Settings
{
    private const long Kibi = 1024;
    private const long Mebi = 1024 * Kibi;
    private const long Gibi = 1024 * Mebi;

    // Where a library has a default, it is the default here too.
    private static readonly RtmpLimits Rtmp = RtmpLimits.Default;
    private static readonly HubLimits Hub = new();
    private static readonly SubscribeOptions Viewer = new();
    private static readonly RtmpServerOptions RtmpServer = new();

    public static readonly Setting<bool> RtmpEnabled = new(
        "rtmp.enabled", new BooleanType(), true, "Serve RTMP: publishers and viewers.");

    public static readonly Setting<IPEndPoint> RtmpListen = new(
        "rtmp.listen", new ListenType(), new(IPAddress.Any, 1935), "Where RTMP listens.");

    public static readonly Setting<long> RtmpChunkSize = new(
        "rtmp.chunkSize", new SizeType(128, 65536), Rtmp.OutChunkSize, "Chunk size that the server sends with.");

    public static readonly Setting<long> RtmpMessageBytesMax = new(
        "rtmp.messageBytesMax", new SizeType(64 * Kibi, RtmpLimits.WireMessageBytesMax), Rtmp.MessageBytesMax,
        "Longest message a peer may send. A keyframe is one message.") { Limit = Reason.MessageTooLarge };

    public static readonly Setting<int> RtmpChunkStreamsMax = new(
        "rtmp.chunkStreamsMax", new IntegerType(4, 65_536), Rtmp.ChunkStreamsMax,
        "Chunk streams that one peer may open. Encoders and players use fewer than ten.") { Limit = Reason.TooManyChunkStreams };

    public static readonly Setting<int> RtmpMessageStreamsMax = new(
        "rtmp.messageStreamsMax", new IntegerType(1, 1024), Rtmp.MessageStreamsMax,
        "Message streams that one connection may create: each publishes or plays one stream.") { Limit = Reason.TooManyMessageStreams };

    public static readonly Setting<int> RtmpAmfDepthMax = new(
        "rtmp.amf.depthMax", new IntegerType(1, 64), Rtmp.AmfDepthMax,
        "Levels of objects and arrays within each other in a message of a peer.") { Limit = Reason.AmfTooDeep };

    public static readonly Setting<long> RtmpAmfStringBytesMax = new(
        "rtmp.amf.stringBytesMax", new SizeType(256, RtmpLimits.WireMessageBytesMax), Rtmp.AmfStringBytesMax,
        "Longest string, XML document or byte array in a message of a peer.") { Limit = Reason.AmfTooLarge };

    public static readonly Setting<int> RtmpAmfElementsMax = new(
        "rtmp.amf.elementsMax", new IntegerType(16, 1_000_000), Rtmp.AmfElementsMax,
        "Values in one message of a peer, those within others too. A live encoder sends about thirty.") { Limit = Reason.AmfTooLarge };

    public static readonly Setting<HandshakeCheck> RtmpHandshake = new(
        "rtmp.handshake", new ChoiceType<HandshakeCheck>(), HandshakeCheck.Tolerant,
        "Whether a client is refused whose last handshake packet does not answer the server's first, by echo or signature. Several real clients' do not.")
    { Limit = Reason.MalformedHandshake };

    public static readonly Setting<TimeSpan> RtmpHandshakeTimeout = new(
        "rtmp.handshakeTimeout", new DurationType(Milliseconds(100), Minutes(10)), Rtmp.HandshakeTimeout,
        "Time a peer has to finish the handshake.") { Limit = Reason.HandshakeTimeout };

    public static readonly Setting<TimeSpan> RtmpIdleTimeout = new(
        "rtmp.idleTimeout", new DurationType(Seconds(1), Hours(1)), Rtmp.IdleTimeout,
        "Time a peer may be silent before its connection is ended.") { Limit = Reason.IdleTimeout };

    public static readonly Setting<int> RtmpConnectionsMax = new(
        "rtmp.connectionsMax", new IntegerType(1, 1_000_000), 10_000,
        "RTMP connections at once.") { Limit = Reason.TooManyConnections };

    public static readonly Setting<int> RtmpConnectionsPerAddressMax = new(
        "rtmp.connectionsPerAddressMax", new IntegerType(1, 1_000_000), 5_000,
        "RTMP connections at once from one address.") { Limit = Reason.TooManyConnectionsFromAddress };

    public static readonly Setting<int> RtmpPublishersMax = new(
        "rtmp.publishersMax", new IntegerType(1, 100_000), Hub.PublishersMax, "Publishers at once.") { Limit = Reason.TooManyPublishers };

    public static readonly Setting<int> RtmpStreamsMax = new(
        "rtmp.streamsMax", new IntegerType(1, 1_000_000), Hub.TopicsMax,
        "Streams that are published at once. Those that viewers wait for do not count.") { Limit = Reason.TooManyStreams };

    public static readonly Setting<int> RtmpWaitingMax = new(
        "rtmp.waitingMax", new IntegerType(1, 1_000_000), Hub.WaitersMax,
        "Viewers at once, over all protocols, who wait for a stream that is not published. They take no publisher's and no HTTP viewer's place.")
    { Limit = Reason.TooManyWaiters };

    public static readonly Setting<int> RtmpWaitingPerAddressMax = new(
        "rtmp.waitingPerAddressMax", new IntegerType(1, 1_000_000), Hub.WaitersPerAddressMax,
        "The same from one address (or IPv6 /64 network).") { Limit = Reason.TooManyWaitersFromAddress };

    public static readonly Setting<int> RtmpViewersPerStreamMax = new(
        "rtmp.viewersPerStreamMax", new IntegerType(1, 10_000_000), Hub.SubscribersPerTopicMax,
        "Viewers of one stream at once, over all protocols.") { Limit = Reason.TooManySubscribers };

    public static readonly Setting<TimeSpan> RtmpGopTimeMin = new(
        "rtmp.gop.timeMin", new DurationType(TimeSpan.Zero, Minutes(1)), Hub.ReplayMin,
        "How much of a stream is kept at least for late joiners, from a keyframe on.");

    public static readonly Setting<TimeSpan> RtmpGopTimeMax = new(
        "rtmp.gop.timeMax", new DurationType(Seconds(2), Minutes(10)), Hub.ReplayMax,
        "How much of a stream is kept at most. Behind a keyframe that is further back, late joiners wait for the next one.");

    public static readonly Setting<long> RtmpGopBytesMax = new(
        "rtmp.gop.bytesMax", new SizeType(Mebi, 4L * Gibi), Hub.TopicBytesMax,
        "Most bytes that one stream may keep for late joiners, and again for each protocol of its viewers.")
    { Limit = Reason.FellBehindRing };

    public static readonly Setting<TimeSpan> RtmpGopKeyWaitMax = new(
        "rtmp.gop.keyWaitMax", new DurationType(Seconds(1), Minutes(10)), Hub.KeyWaitMax,
        "How long viewers of a stream whose video has no keyframe wait for one before they are shown what there is. A stream that had one "
        + "may go without for rtmp.gop.timeMax, if that is longer.");

    public static readonly Setting<TimeSpan> RtmpLagTimeMax = new(
        "rtmp.lagTimeMax", new DurationType(Milliseconds(200), Minutes(5)), Viewer.LagTimeMax,
        "How far a viewer may lag behind before frames are dropped for it. Pictures that no other needs are dropped from half of it on, all "
        + "that are no keyframes beyond it, keyframes beyond one and a half times it, sound beyond twice it.")
    { Limit = Reason.LagTimeExceeded };

    public static readonly Setting<long> RtmpLagBytesMax = new(
        "rtmp.lagBytesMax", new SizeType(256 * Kibi, 4L * Gibi), Viewer.LagBytesMax,
        "How many bytes a viewer may lag behind before frames are dropped for it, in the same order as by time; sound is not. Half of "
        + "rtmp.gop.bytesMax if that is less.")
    { Limit = Reason.LagBytesExceeded };

    public static readonly Setting<LatencyChoice> RtmpLatency = new(
        "rtmp.latency", new ChoiceType<LatencyChoice>(), LatencyChoice.Normal,
        "What viewers get that do not choose. A viewer chooses by a parameter on the name it plays or in its URL: latency=low or "
        + "latency=normal. With low nothing is sent that is older than rtmp.lowLatencyMax, and a viewer that joins or lags waits for the next "
        + "keyframe if the latest is older.");

    public static readonly Setting<TimeSpan> RtmpLowLatencyMax = new(
        "rtmp.lowLatencyMax", new DurationType(Milliseconds(100), Milliseconds(500)), Milliseconds(500),
        "How far a viewer of low latency may lag behind before frames of any kind are dropped for it.") { Limit = Reason.LagTimeExceeded };

    public static readonly Setting<TimeSpan> RtmpFlushInterval = new(
        "rtmp.flushInterval", new DurationType(TimeSpan.Zero, Seconds(1)), Hub.FlushInterval,
        "Time that frames are gathered before they are sent to viewers. 0 sends each frame at once and costs processor time.");

    public static readonly Setting<TextList> RtmpPublishKeys = new(
        "rtmp.publishKeys",
        new TextListType("keys of 16 to 128 letters, digits, '-', '_' or '.'", IsKey), TextList.Empty,
        "Keys of which a publisher must give one, as NAME?key=KEY; `openssl rand -hex 16` makes one. When none is given here, one is made at the first start and kept in data.directory.")
    { Secret = true, NeedsRestart = false, Limit = Reason.KeyRequired };

    public static readonly Setting<bool> RtmpAnonymousPublishFromLoopback = new(
        "rtmp.anonymousPublishFromLoopback", new BooleanType(), false,
        "Let programs on this machine publish without a key; a wrong key is refused all the same. Behind a proxy, a tunnel or a TLS terminator on this machine "
        + "everybody comes from it: leave it off there. `serve --demo` turns it on unless it is set.");

    public static readonly Setting<int> RtmpAttemptsMax = new(
        "rtmp.authentication.attemptsMax", new IntegerType(1, 1000), RtmpServer.RefusalsPerConnectionMax,
        "Requests with a wrong key or without one on one connection; the last of them ends it.") { Limit = Reason.TooManyAttempts };

    public static readonly Setting<int> RtmpFailuresPerMinuteMax = new(
        "rtmp.authentication.failuresPerMinuteMax", new IntegerType(1, 1_000_000), RtmpServer.Attempts.FailuresPerMinuteMax,
        "Wrong keys from one address (or IPv6 /64 network) within a minute. With the last of them the address is refused for rtmp.authentication.refusedFor; what it "
        + "publishes already goes on.") { Limit = Reason.TooManyAttempts };

    public static readonly Setting<TimeSpan> RtmpRefusedFor = new(
        "rtmp.authentication.refusedFor", new DurationType(Seconds(1), Hours(24)), RtmpServer.Attempts.RefusedFor,
        "Time that an address is refused that gave too many wrong keys, with a right one too.") { Limit = Reason.TooManyAttempts };

    public static readonly Setting<TextList> RtmpApplications = new(
        "rtmp.applications", new TextListType("names of applications, each one segment", IsApplication), TextList.Empty,
        "The applications there are, such as live. Others are refused at connect. None given here allows any.") { Limit = Reason.ApplicationNotFound };

    public static readonly Setting<TimeSpan> RtmpPublisherSilenceMax = new(
        "rtmp.publisherSilenceMax", new DurationType(TimeSpan.Zero, Hours(1)), RtmpServer.PublisherSilenceMax,
        "Time that a publisher may send nothing before its viewers are told that its stream is over; when it sends again, the stream goes on. 0 is until its "
        + "connection is gone: by its end, rtmp.idleTimeout or rtmp.lostAfter.") { Limit = Reason.IdleTimeout };

    public static readonly Setting<TimeSpan> RtmpLostAfter = new(
        "rtmp.lostAfter", new DurationType(TimeSpan.Zero, Minutes(10)), Seconds(5),
        "Time after which a peer counts as lost whose machine does not answer any more, although nobody ended the connection (TCP keepalive). A peer that is slow or has "
        + "nothing to say answers. 0 leaves it to rtmp.idleTimeout.") { Limit = Reason.TransportTimedOut };

    public static readonly Setting<TimeSpan> RtmpWaitForStream = new(
        "rtmp.waitForStream", new DurationType(TimeSpan.Zero, Hours(24)), Seconds(10),
        "Time an RTMP viewer waits for a stream that is not live yet. 0 refuses it at once.") { Limit = Reason.StreamNotFound };

    public static readonly Setting<bool> HttpEnabled = new(
        "http.enabled", new BooleanType(), true, "Serve viewers over HTTP: the player page, HTTP-FLV and WebSocket-FLV.");

    public static readonly Setting<IPEndPoint> HttpListen = new(
        "http.listen", new ListenType(), new(IPAddress.Any, 8080), "Where HTTP for viewers listens.");

    public static readonly Setting<int> HttpViewersMax = new(
        "http.viewersMax", new IntegerType(1, 1_000_000), 10_000, "HTTP viewers at once.") { Limit = Reason.TooManyConnections };

    public static readonly Setting<int> HttpConnectionsPerAddressMax = new(
        "http.connectionsPerAddressMax", new IntegerType(1, 1_000_000), 5_000,
        "HTTP connections at once from one address, of viewers, listeners and pages. Raise it behind a proxy, whose address all have.")
    { Limit = Reason.TooManyConnectionsFromAddress };

    public static readonly Setting<TimeSpan> HttpWaitForStream = new(
        "http.waitForStream", new DurationType(TimeSpan.Zero, Hours(1)), Seconds(5),
        "Time an HTTP viewer waits for a stream that is not live yet, before it is answered with 404; and a listener for a station that is off the air, before 503.") { Limit = Reason.StreamNotFound };

    public static readonly Setting<TimeSpan> HttpTracksWait = new(
        "http.tracksWait", new DurationType(TimeSpan.Zero, Minutes(1)), Seconds(1),
        "Time an HTTP viewer's stream waits for the other kind of media once audio or video came first, three times as long when the publisher's metadata promises it. "
        + "What comes later ends the viewer's stream, and it opens a new one.") { Limit = Reason.FormatChanged };

    public static readonly Setting<bool> HttpListStreams = new(
        "http.listStreams", new BooleanType(), true, "Show every visitor at / which streams are live, with how many watch. Without it, who knows a stream's name can watch it all the same.");

    public static readonly Setting<bool> AdminEnabled = new(
        "admin.enabled", new BooleanType(), true, "Serve administration over HTTP: status page, metrics, API.");

    public static readonly Setting<IPEndPoint> AdminListen = new(
        "admin.listen", new ListenType(), new(IPAddress.Loopback, 8081),
        "Where administration listens. It has no login: keep it on loopback or behind a proxy that has one.");

    public static readonly Setting<TextList> AdminAllowedHosts = new(
        "admin.allowedHosts", new TextListType("host names or addresses without a port", IsHost), TextList.Empty,
        "Host names under which administration answers, besides loopback names. Needed when admin.listen is not a loopback address.");

    public static readonly Setting<string> DataDirectory = new(
        "data.directory", new TextType("a path, or nothing for ./quickwater-data"), "",
        "Where the server keeps what it makes itself, such as a generated stream key.");

    public static readonly Setting<TimeSpan> ShutdownGrace = new(
        "shutdown.grace", new DurationType(TimeSpan.Zero, Hours(1)), Seconds(30),
        "Time that connections have to finish after the first stop signal. A second signal ends at once.") { Limit = Reason.DrainTimeout };

    /// <summary>Every setting, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        RtmpEnabled, RtmpListen, RtmpChunkSize, RtmpMessageBytesMax, RtmpChunkStreamsMax, RtmpMessageStreamsMax,
        RtmpAmfDepthMax, RtmpAmfStringBytesMax, RtmpAmfElementsMax, RtmpHandshake, RtmpHandshakeTimeout, RtmpIdleTimeout, RtmpConnectionsMax,
        RtmpConnectionsPerAddressMax, RtmpPublishersMax, RtmpStreamsMax, RtmpViewersPerStreamMax, RtmpWaitingMax, RtmpWaitingPerAddressMax, RtmpGopTimeMin,
        RtmpGopTimeMax, RtmpGopBytesMax, RtmpGopKeyWaitMax, RtmpLagTimeMax, RtmpLagBytesMax, RtmpLatency, RtmpLowLatencyMax, RtmpFlushInterval,
        RtmpApplications, RtmpPublishKeys, RtmpAnonymousPublishFromLoopback, RtmpAttemptsMax, RtmpFailuresPerMinuteMax, RtmpRefusedFor, RtmpWaitForStream,
        RtmpPublisherSilenceMax, RtmpLostAfter,
        .. RpcSettings.All,
        .. AudioSettings.All,
        HttpEnabled, HttpListen, HttpViewersMax, HttpConnectionsPerAddressMax, HttpWaitForStream, HttpTracksWait, HttpListStreams, AdminEnabled, AdminListen,
        AdminAllowedHosts,
        .. LimitsSettings.All,
        .. LogSettings.All,
        DataDirectory, ShutdownGrace,
    ];

    private static readonly Dictionary<string, Setting> ByKey = All.ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    private static readonly HashSet<string> Sections =
        [.. All.SelectMany(setting => Prefixes(setting.Key)).Distinct(StringComparer.Ordinal)];

    /// <summary>The setting of a key, or null.</summary>
    public static Setting? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>Whether the key has keys below it.</summary>
    public static bool IsSection(string key) => Sections.Contains(key);

    /// <summary>The key or section that a mistyped one was probably meant to be, or null.</summary>
    public static string? Nearest(string key) => Spelling.Nearest(key, ByKey.Keys.Concat(Sections));

    private static IEnumerable<string> Prefixes(string key)
    {
        for (var dot = key.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = key.IndexOf('.', dot + 1))
        {
            yield return key[..dot];
        }
    }

    private static bool IsKey(string text) =>
        text.Length is >= 16 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsApplication(string text) => StreamAddress.IsValid(text) && !text.Contains('/', StringComparison.Ordinal);

    private static bool IsHost(string text) => Uri.CheckHostName(text.Trim('[', ']')) != UriHostNameType.Unknown;

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static TimeSpan Minutes(int count) => TimeSpan.FromMinutes(count);

    private static TimeSpan Hours(int count) => TimeSpan.FromHours(count);
}
