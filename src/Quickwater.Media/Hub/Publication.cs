using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>One publisher's hold on a topic. It belongs to the publisher's turn.</summary>
public sealed class Publication
{
    private bool _over;

    internal Publication(Topic topic, ConnectionInfo connection, IMailbox owner)
    {
        Topic = topic;
        Connection = connection;
        Owner = owner;
    }

    /// <summary>What it may hold in its replay, and again in each of its rings.</summary>
    internal long HeldBytesMax(int copies) => Connection.Memory is { } memory
        ? Topic.Hub.Engine.Leaks.Memory.StreamShare(Topic.Hub.Limits.TopicBytesMax, memory.Streams, copies) : Topic.Hub.Limits.TopicBytesMax;

    /// <summary>The topic.</summary>
    public Topic Topic { get; }

    /// <summary>Who publishes.</summary>
    public ConnectionInfo Connection { get; }

    internal IMailbox Owner { get; }

    /// <summary>The configurations in force when it ended, for whoever takes it up again. Under the topic's lock.</summary>
    internal ConfigSet Config { get; set; } = ConfigSet.Empty;

    /// <summary>Whether it had video when it ended. Under the topic's lock.</summary>
    internal bool HadVideo { get; set; }

    /// <summary>Whether it had audio when it ended. Under the topic's lock.</summary>
    internal bool HadAudio { get; set; }

    /// <summary>Whether it had keys when it ended. Under the topic's lock.</summary>
    internal KeyWait Keys { get; set; }

    /// <summary>Publishes a frame; the caller's reference goes with it. Viewers are woken by <see cref="Flush"/>.</summary>
    public void Publish(Frame frame, Instant now) => Topic.Publish(this, frame, now);

    /// <summary>Wakes the viewers that wait, now or within the flush interval. Call it at the end of a batch of frames.</summary>
    /// <param name="now">The present instant.</param>
    /// <param name="patience">
    /// How long one thread may see to the viewers before others help, which costs more in all and is done sooner. At most
    /// <see cref="EngineOptions.WakePatienceMax"/>.
    /// </param>
    /// <param name="part">
    /// Which part of all viewers is woken, more than 0, of those who wait for the longest time: 1 and more is everybody, and with a third nobody waits for more than
    /// three flushes.
    /// </param>
    public void Flush(Instant now, TimeSpan patience, double part = 1) => Topic.Flush(now, patience, part);

    /// <summary>Ends the publication: viewers are told, the replay is freed, the topic is free for another. Idempotent.</summary>
    public void End(Reason why)
    {
        if (_over)
        {
            return;
        }

        _over = true;
        Topic.Hub.Stopped(this, why);
    }
}
