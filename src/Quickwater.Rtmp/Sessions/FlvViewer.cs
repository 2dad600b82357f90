using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>Makes the session of one viewer of FLV: the topic was chosen by the request's path. Thread-safe.</summary>
/// <param name="hub">Where the topic is.</param>
/// <param name="topic">The topic's name.</param>
/// <param name="protocol"><c>http-flv</c> or <c>ws-flv</c>.</param>
/// <param name="options">How the viewer gets it.</param>
public sealed class FlvViewer(Hub hub, string topic, string protocol, FlvViewerOptions options) : ISessionFactory
{
    /// <inheritdoc/>
    public string Protocol => protocol;

    /// <inheritdoc/>
    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now) =>
        new FlvViewerSession(hub, topic, options, mailbox, now);
}
