using System.Net;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>The section <c>rtmp</c>. Each member is the setting of that name.</summary>
public sealed record RtmpConfiguration(
    bool Enabled,
    IPEndPoint Listen,
    int ChunkBytes,
    int MessageBytesMax,
    int ChunkStreamsMax,
    int MessageStreamsMax,
    int AmfDepthMax,
    int AmfStringBytesMax,
    int AmfElementsMax,
    HandshakeCheck Handshake,
    TimeSpan HandshakeTimeout,
    TimeSpan IdleTimeout,
    int ConnectionsMax,
    int ConnectionsPerAddressMax,
    int PublishersMax,
    int StreamsMax,
    int ViewersPerStreamMax,
    TimeSpan GopTimeMin,
    TimeSpan GopTimeMax,
    long GopBytesMax,
    TimeSpan GopKeyWaitMax,
    TimeSpan LagTimeMax,
    long LagBytesMax,
    LatencyChoice Latency,
    TimeSpan LowLatencyMax,
    TimeSpan FlushInterval,
    TextList PublishKeys,
    bool AnonymousPublishFromLoopback,
    TimeSpan WaitForStream)
{
    /// <summary>Where it listens, and what it accepts at most.</summary>
    internal TcpServerOptions ToTcpOptions() => new()
    {
        Listen = Listen,
        Limits = new AcceptLimits { ConnectionsMax = ConnectionsMax, ConnectionsPerAddressMax = ConnectionsPerAddressMax },
    };
}
