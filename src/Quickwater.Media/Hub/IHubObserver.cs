using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Told of the life of streams and viewers: the server logs from here. Called within turns, so it must be quick and must not throw.</summary>
public interface IHubObserver
{
    /// <summary>A publisher took a topic.</summary>
    void Started(Topic topic, ConnectionInfo publisher);

    /// <summary>A publisher is gone.</summary>
    void Stopped(Topic topic, ConnectionInfo publisher, Reason why);

    /// <summary>A viewer joined.</summary>
    void Joined(Subscription viewer);

    /// <summary>A viewer left.</summary>
    void Left(Subscription viewer);

    /// <summary>A viewer lags, and frames are dropped for it for the first time; what they come to is told when it leaves (RTMP-5.5).</summary>
    void Lagged(Subscription viewer, Reason why)
    {
    }

    /// <summary>A publication sends pictures but no keys: from now on viewers start at any picture, which may not decode at once.</summary>
    void KeysMissing(Topic topic)
    {
    }

    /// <summary>The publisher's time line jumped by more than a second (RTMP-4.7).</summary>
    void TimestampGap(Topic topic, TimeSpan gap);
}
