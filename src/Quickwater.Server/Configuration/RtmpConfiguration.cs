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
    /// <summary>Viewers who wait, in all and of one address.</summary>
    public (int InAll, int PerAddress) WaitingMax { get; init; }

    /// <summary>The applications there are; any when it is empty.</summary>
    public TextList Applications { get; init; } = TextList.Empty;

    /// <summary>Refused requests of one connection.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>Wrong keys of one address.</summary>
    public AttemptLimits Attempts { get; init; } = new();

    /// <summary>How long a publisher may be silent; zero for as long as its connection lasts.</summary>
    public TimeSpan PublisherSilenceMax { get; init; }

    /// <summary>When a peer whose machine does not answer counts as lost; zero for never.</summary>
    public TimeSpan LostAfter { get; init; }

    /// <summary>Where it listens, and what it accepts at most.</summary>
    internal TcpServerOptions ToTcpOptions() => new()
    {
        Listen = Listen,
        LostAfter = LostAfter,
        Limits = new AcceptLimits { ConnectionsMax = ConnectionsMax, ConnectionsPerAddressMax = ConnectionsPerAddressMax },
    };
}
