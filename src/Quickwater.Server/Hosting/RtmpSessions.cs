using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Net;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>Makes sessions as the configuration wants them. Thread-safe.</summary>
internal sealed class RtmpSessions(Hub hub, ServerConfiguration configuration, StreamKeys keys, IRtmpObserver observer)
{
    private readonly ViewerLatencies _latencies = configuration.ToViewerLatencies();
    private readonly FlvViewerOptions _flv = new()
    {
        Viewers = configuration.ToSubscribeOptions(),
        WaitForStream = configuration.Http.WaitForStream,
        TracksWait = configuration.Http.TracksWait,
    };

    /// <summary>Sessions of RTMP connections.</summary>
    public RtmpServer Rtmp { get; } = new RtmpServer(
        hub,
        configuration.ToRtmpServerOptions(),
        new PublishKeyPolicy(keys, configuration.Rtmp.AnonymousPublishFromLoopback),
        new SystemEntropy(),
        observer);

    /// <summary>The session of a viewer over HTTP or WebSocket.</summary>
    /// <param name="protocol"><c>http-flv</c> or <c>ws-flv</c>.</param>
    /// <param name="stream">The topic's name.</param>
    /// <param name="latency">What the viewer asked for by the parameter of that name, if it did.</param>
    public ISessionFactory Flv(string protocol, string stream, string? latency) =>
        new FlvViewer(hub, stream, protocol, _flv with { Viewers = _latencies.Choose(latency, _flv.Viewers) });
}
