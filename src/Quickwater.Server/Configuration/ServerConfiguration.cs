using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>
/// The whole configuration as the server takes it: one immutable record a section. docs/configuration.md describes each value.
/// </summary>
public sealed record ServerConfiguration(
    RtmpConfiguration Rtmp,
    RpcConfiguration Rpc,
    AudioConfiguration Audio,
    HttpConfiguration Http,
    AdminConfiguration Admin,
    LogConfiguration Log,
    DataConfiguration Data,
    LimitsConfiguration Limits,
    TimeSpan ShutdownGrace)
{
    /// <summary>The configuration when nothing is set: change it by <c>with</c>.</summary>
    public static ServerConfiguration Default => From(EffectiveConfiguration.Defaults);

    /// <summary>Makes the records from the values of the settings, which are valid.</summary>
    internal static ServerConfiguration From(EffectiveConfiguration values) => new(
        new RtmpConfiguration(
            values.Get(Settings.RtmpEnabled),
            values.Get(Settings.RtmpListen),
            (int)values.Get(Settings.RtmpChunkSize),
            (int)values.Get(Settings.RtmpMessageBytesMax),
            values.Get(Settings.RtmpChunkStreamsMax),
            values.Get(Settings.RtmpMessageStreamsMax),
            values.Get(Settings.RtmpAmfDepthMax),
            (int)values.Get(Settings.RtmpAmfStringBytesMax),
            values.Get(Settings.RtmpAmfElementsMax),
            values.Get(Settings.RtmpHandshake),
            values.Get(Settings.RtmpHandshakeTimeout),
            values.Get(Settings.RtmpIdleTimeout),
            values.Get(Settings.RtmpConnectionsMax),
            values.Get(Settings.RtmpConnectionsPerAddressMax),
            values.Get(Settings.RtmpPublishersMax),
            values.Get(Settings.RtmpStreamsMax),
            values.Get(Settings.RtmpViewersPerStreamMax),
            values.Get(Settings.RtmpGopTimeMin),
            values.Get(Settings.RtmpGopTimeMax),
            values.Get(Settings.RtmpGopBytesMax),
            values.Get(Settings.RtmpGopKeyWaitMax),
            values.Get(Settings.RtmpLagTimeMax),
            values.Get(Settings.RtmpLagBytesMax),
            values.Get(Settings.RtmpLatency),
            values.Get(Settings.RtmpLowLatencyMax),
            values.Get(Settings.RtmpFlushInterval),
            values.Get(Settings.RtmpPublishKeys),
            values.Get(Settings.RtmpAnonymousPublishFromLoopback),
            values.Get(Settings.RtmpWaitForStream))
        {
            WaitingMax = (values.Get(Settings.RtmpWaitingMax), values.Get(Settings.RtmpWaitingPerAddressMax)),
            Applications = values.Get(Settings.RtmpApplications),
            AttemptsMax = values.Get(Settings.RtmpAttemptsMax),
            Attempts = new AttemptLimits
            {
                FailuresPerMinuteMax = values.Get(Settings.RtmpFailuresPerMinuteMax), RefusedFor = values.Get(Settings.RtmpRefusedFor),
            },
            PublisherSilenceMax = values.Get(Settings.RtmpPublisherSilenceMax),
            LostAfter = values.Get(Settings.RtmpLostAfter),
        },
        RpcSettings.Bind(values),
        AudioSettings.Read(values),
        new HttpConfiguration(
            values.Get(Settings.HttpEnabled),
            values.Get(Settings.HttpListen),
            values.Get(Settings.HttpViewersMax),
            values.Get(Settings.HttpConnectionsPerAddressMax),
            values.Get(Settings.HttpWaitForStream),
            values.Get(Settings.HttpTracksWait),
            values.Get(Settings.HttpListStreams)),
        new AdminConfiguration(
            values.Get(Settings.AdminEnabled),
            values.Get(Settings.AdminListen),
            values.Get(Settings.AdminAllowedHosts)),
        LogSettings.Read(values),
        new DataConfiguration(values.Get(Settings.DataDirectory)),
        LimitsSettings.Read(values),
        values.Get(Settings.ShutdownGrace));

    /// <summary>The limits of the hub.</summary>
    internal HubLimits ToHubLimits() => new()
    {
        TopicsMax = Rtmp.StreamsMax,
        PublishersMax = Rtmp.PublishersMax,
        WaitersMax = Rtmp.WaitingMax.InAll,
        WaitersPerAddressMax = Rtmp.WaitingMax.PerAddress,
        SubscribersPerTopicMax = Rtmp.ViewersPerStreamMax,
        TopicBytesMax = Rtmp.GopBytesMax,
        ReplayMin = Rtmp.GopTimeMin,
        ReplayMax = Rtmp.GopTimeMax,
        KeyWaitMax = Rtmp.GopKeyWaitMax,
        RetainMax = AudioLagTimeMax,
        FlushInterval = Rtmp.FlushInterval,
    };

    /// <summary>The bounds and the policy of a viewer that does not choose.</summary>
    internal SubscribeOptions ToSubscribeOptions()
    {
        var latencies = ToViewerLatencies();
        return Rtmp.Latency == LatencyChoice.Low ? latencies.Low : latencies.Normal;
    }

    /// <summary>What a viewer may choose.</summary>
    internal ViewerLatencies ToViewerLatencies()
    {
        // Half of what a stream holds at most: the other half is for the sound of a viewer whose pictures are dropped.
        var normal = new SubscribeOptions
        {
            LagTimeMax = Rtmp.LagTimeMax,
            DisposableLagTimeMax = Rtmp.LagTimeMax / 2,
            KeyLagTimeMax = Rtmp.LagTimeMax * 3 / 2,
            AudioLagTimeMax = AudioLagTimeMax,
            LagBytesMax = Math.Min(Rtmp.LagBytesMax, Rtmp.GopBytesMax / 2),
        };
        return new ViewerLatencies { Normal = normal, Low = normal.LowLatency(Rtmp.LowLatencyMax) };
    }

    /// <summary>The limits of an RTMP connection.</summary>
    internal RtmpLimits ToRtmpLimits() => RtmpLimits.Default with
    {
        OutChunkSize = Rtmp.ChunkBytes,
        MessageBytesMax = Rtmp.MessageBytesMax,
        ChunkStreamsMax = Rtmp.ChunkStreamsMax,
        MessageStreamsMax = Rtmp.MessageStreamsMax,
        AmfDepthMax = Rtmp.AmfDepthMax,
        AmfStringBytesMax = Rtmp.AmfStringBytesMax,
        AmfElementsMax = Rtmp.AmfElementsMax,
        HandshakeTimeout = Rtmp.HandshakeTimeout,
        IdleTimeout = Rtmp.IdleTimeout,
    };

    /// <summary>How an RTMP server behaves.</summary>
    internal RtmpServerOptions ToRtmpServerOptions() => new()
    {
        Limits = ToRtmpLimits(),
        Applications = Rtmp.Applications.Items,
        Viewers = ToSubscribeOptions(),
        Latencies = ToViewerLatencies(),
        WaitForStream = Rtmp.WaitForStream,
        StrictHandshake = Rtmp.Handshake == HandshakeCheck.Strict,
        PublisherSilenceMax = Rtmp.PublisherSilenceMax,
        RefusalsPerConnectionMax = Rtmp.AttemptsMax,
        Attempts = Rtmp.Attempts,
        DrainTime = PublishersGrace,
    };

    /// <summary>How long publishers go on in a stop: what is left of the grace is for viewers, who have to hear the rest.</summary>
    internal TimeSpan PublishersGrace => ShutdownGrace - (ShutdownGrace < TimeSpan.FromSeconds(10) ? ShutdownGrace / 2 : TimeSpan.FromSeconds(5));

    // Audio goes on while video is dropped, so it may lag by twice as much; the ring must hold as much.
    private TimeSpan AudioLagTimeMax => Rtmp.LagTimeMax * 2;
}
