using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>Limits and settings of a <see cref="Hub"/> and its topics. Immutable.</summary>
public sealed record HubLimits
{
    /// <summary>
    /// Topics with a publisher at once; beyond: <see cref="Reason.TooManyStreams"/>. Those that viewers wait for do not count. 1 to 1,000,000.
    /// </summary>
    public int TopicsMax { get; init; } = 10_000;

    /// <summary>Publishers at once; beyond: <see cref="Reason.TooManyPublishers"/>. 1 to 1,000,000.</summary>
    public int PublishersMax { get; init; } = 1_000;

    /// <summary>Viewers of one topic; beyond: <see cref="Reason.TooManySubscribers"/>. 1 to 10,000,000.</summary>
    public int SubscribersPerTopicMax { get; init; } = 100_000;

    /// <summary>
    /// Viewers that wait for a topic which had no publisher when they came, over all protocols; beyond: <see cref="Reason.TooManyWaiters"/>. Viewers
    /// whose publisher has left do not count. 1 to 1,000,000.
    /// </summary>
    public int WaitersMax { get; init; } = 2_000;

    /// <summary>The same from one address or IPv6 /64 network; beyond: <see cref="Reason.TooManyWaitersFromAddress"/>. 1 to 1,000,000.</summary>
    public int WaitersPerAddressMax { get; init; } = 200;

    /// <summary>
    /// Memory that one topic may hold in its replay and in each of its rings, with what the pools round up and the index takes. Beyond it the
    /// replay ends until the next key, and viewers that are further behind skip what is gone: <see cref="Reason.FellBehindRing"/>. One
    /// frame is held however large. Default 64 MiB: about 8 s at 50 Mb/s.
    /// </summary>
    public long TopicBytesMax { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes of decoder configurations and metadata that one topic keeps for those who join; a frame that would exceed it is relayed but
    /// not kept. Default 1 MiB.
    /// </summary>
    public int ConfigBytesMax { get; init; } = 1 << 20;

    /// <summary>Media that the replay keeps at least, from a key on (RTMP-4.6 asks for 2 s).</summary>
    public TimeSpan ReplayMin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Media that the replay keeps at most: a GOP that grows longer is not replayed, and joiners wait for the next key.</summary>
    public TimeSpan ReplayMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a publication may send pictures without any key before each of its pictures that is not disposable counts as one, so that
    /// viewers see something. A publication that had a key may go without for <see cref="ReplayMax"/>, if that is longer. Longer than zero.
    /// </summary>
    public TimeSpan KeyWaitMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How far behind the live edge a ring keeps frames for slow viewers. Default 10 s: twice the default lag bound, so that audio can go on
    /// while video is dropped.
    /// </summary>
    public TimeSpan RetainMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long published frames may wait to be sent together; zero sends at the end of the publisher's turn. Longer saves sends, which is
    /// CPU; shorter saves latency.
    /// </summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Bytes that a segment of a ring grows to. A send in flight keeps the segments it refers to alive, so smaller ones bound what a stalled viewer
    /// pins; larger ones make longer slices. 4 KiB to 1 MiB.
    /// </summary>
    public int SegmentBytesMax { get; init; } = 256 * 1024;

    /// <summary>What is wrong with these limits: one sentence a fault.</summary>
    public IEnumerable<string> Validate()
    {
        if (TopicsMax is < 1 or > 1_000_000)
        {
            yield return $"topicsMax is {TopicsMax}; allowed is 1 to 1000000";
        }

        if (PublishersMax is < 1 or > 1_000_000)
        {
            yield return $"publishersMax is {PublishersMax}; allowed is 1 to 1000000";
        }

        if (SubscribersPerTopicMax is < 1 or > 10_000_000)
        {
            yield return $"subscribersPerTopicMax is {SubscribersPerTopicMax}; allowed is 1 to 10000000";
        }

        if (WaitersMax is < 1 or > 1_000_000)
        {
            yield return $"waitersMax is {WaitersMax}; allowed is 1 to 1000000";
        }

        if (WaitersPerAddressMax is < 1 or > 1_000_000)
        {
            yield return $"waitersPerAddressMax is {WaitersPerAddressMax}; allowed is 1 to 1000000";
        }

        if (TopicBytesMax < 64 * 1024)
        {
            yield return $"topicBytesMax is {TopicBytesMax}; allowed is 65536 and more";
        }

        if (ConfigBytesMax < 1024)
        {
            yield return $"configBytesMax is {ConfigBytesMax}; allowed is 1024 and more";
        }

        if (ReplayMin < TimeSpan.Zero || ReplayMax < ReplayMin)
        {
            yield return $"replayMin is {ReplayMin} and replayMax is {ReplayMax}; allowed is 0 <= replayMin <= replayMax";
        }

        if (KeyWaitMax <= TimeSpan.Zero)
        {
            yield return $"keyWaitMax is {KeyWaitMax}; allowed is longer than zero";
        }

        if (RetainMax <= TimeSpan.Zero)
        {
            yield return $"retainMax is {RetainMax}; allowed is longer than zero";
        }

        if (FlushInterval < TimeSpan.Zero || FlushInterval > TimeSpan.FromSeconds(1))
        {
            yield return $"flushInterval is {FlushInterval}; allowed is 0 to 1 s";
        }

        if (SegmentBytesMax is < 4096 or > 1 << 20)
        {
            yield return $"segmentBytesMax is {SegmentBytesMax}; allowed is 4096 to 1048576";
        }
    }
}
