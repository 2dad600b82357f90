using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// The register of topics: publishers and viewers find each other by name. Thread-safe. A topic exists while it has a publisher or a
/// viewer.
/// </summary>
public sealed class Hub
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly Stack<List<IMailbox>> _wakeLists = new();
    private int _publishers;

    /// <summary>Makes an empty hub.</summary>
    /// <exception cref="ArgumentException">The limits are not valid; the message tells which and why.</exception>
    public Hub(Engine engine, HubLimits limits, IHubObserver observer)
    {
        var faults = limits.Validate().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(limits));
        }

        Engine = engine;
        Limits = limits;
        Waiters = new PlaceLedger(
            limits.WaitersMax, Reason.TooManyWaiters, limits.WaitersPerAddressMax, Reason.TooManyWaitersFromAddress);
        Observer = observer;
        Segments = new Segment.Pool(engine.Leaks);
        Frames = new Frame.Pool(engine.Leaks);
        Buffers = new PooledBytes.Pool(engine.Leaks);
    }

    /// <summary>The engine whose connections meet here.</summary>
    public Engine Engine { get; }

    /// <summary>The limits in force.</summary>
    public HubLimits Limits { get; }

    /// <summary>Where frames come from.</summary>
    public Frame.Pool Frames { get; }

    /// <summary>Where payload buffers come from.</summary>
    public PooledBytes.Pool Buffers { get; }

    /// <summary>Publishers now.</summary>
    public int PublisherCount => Volatile.Read(ref _publishers);

    /// <summary>Who waits for a topic that has no publisher, over all protocols: also those who wait before they subscribe enter here.</summary>
    public PlaceLedger Waiters { get; }

    /// <summary>The topics now, in no order. A snapshot.</summary>
    public IReadOnlyList<Topic> Topics
    {
        get
        {
            lock (_lock)
            {
                return [.. _topics.Values];
            }
        }
    }

    internal IHubObserver Observer { get; }

    internal Segment.Pool Segments { get; }

    /// <summary>The topic of that name, if it exists.</summary>
    public bool TryFind(string name, [MaybeNullWhen(false)] out Topic topic)
    {
        lock (_lock)
        {
            return _topics.TryGetValue(name, out topic);
        }
    }

    /// <summary>
    /// Takes a topic as its publisher. Reasons: <see cref="Reason.StreamBusy"/>, <see cref="Reason.TooManyPublishers"/>,
    /// <see cref="Reason.TooManyStreams"/>.
    /// </summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="connection">Who publishes.</param>
    /// <param name="owner">The publisher's mailbox.</param>
    /// <param name="publication">The hold on the topic.</param>
    /// <param name="resumed">
    /// The same publisher's earlier publication, when it takes its stream up again: the configurations it sent then are in force again.
    /// </param>
    public Reason Publish(
        string name, ConnectionInfo connection, IMailbox owner, out Publication? publication, Publication? resumed = null)
    {
        publication = null;
        if (TryFind(name, out var taken) && taken.IsLive)
        {
            return Reason.StreamBusy; // also at the limit: another name would not help there, here it does
        }

        var publishers = Interlocked.Increment(ref _publishers);
        if (publishers > Limits.PublishersMax || publishers > Limits.TopicsMax)
        {
            Interlocked.Decrement(ref _publishers);
            return publishers > Limits.PublishersMax ? Reason.TooManyPublishers : Reason.TooManyStreams;
        }

        var topic = Pin(name);
        var made = new Publication(topic, connection, owner);
        var refused = topic.Start(made, resumed);
        Unpin(topic);
        if (refused != Reason.None)
        {
            Interlocked.Decrement(ref _publishers);
            return refused;
        }

        publication = made;
        connection.Memory?.CountStream(1);
        Observer.Started(topic, connection);
        return Reason.None;
    }

    /// <summary>
    /// Joins a topic as a viewer, whether or not it has a publisher. Reasons: <see cref="Reason.TooManySubscribers"/>; without a publisher
    /// <see cref="Reason.TooManyWaiters"/>, <see cref="Reason.TooManyWaitersFromAddress"/>.
    /// </summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="form">The wire form the viewer wants.</param>
    /// <param name="options">Its bounds and policy.</param>
    /// <param name="mailbox">Woken when there is something to send.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="subscription">The viewer's place.</param>
    /// <param name="patch">
    /// Written, little-endian, over the four bytes at <paramref name="patchOffset"/> of every frame, for a wire form that carries a number
    /// of the viewer's own, such as RTMP's message stream id.
    /// </param>
    /// <param name="patchOffset">Where it goes.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message tells which and why.</exception>
    public Reason Subscribe(
        string name, IWireForm form, SubscribeOptions options, IMailbox mailbox, Instant now, out Subscription? subscription,
        uint? patch = null, int patchOffset = 0)
    {
        subscription = null;
        foreach (var fault in options.Validate())
        {
            throw new ArgumentException(fault, nameof(options));
        }

        var topic = Pin(name);
        var refused = topic.Join(form, options, mailbox, now, patch, patchOffset, out subscription);
        Unpin(topic);
        if (subscription is not null)
        {
            Observer.Joined(subscription);
        }

        return refused;
    }

    internal void Stopped(Publication publication, Reason why)
    {
        if (publication.Topic.Stop(publication, why))
        {
            publication.Connection.Memory?.CountStream(-1);
            Interlocked.Decrement(ref _publishers);
            Observer.Stopped(publication.Topic, publication.Connection, why);
            RemoveIfUnused(publication.Topic);
        }
    }

    internal void Left(Subscription viewer)
    {
        Observer.Left(viewer);
        RemoveIfUnused(viewer.Topic);
    }

    internal List<IMailbox> RentWakeList()
    {
        lock (_lock)
        {
            return _wakeLists.TryPop(out var list) ? list : [];
        }
    }

    internal void ReturnWakeList(List<IMailbox> list)
    {
        list.Clear();
        lock (_lock)
        {
            _wakeLists.Push(list);
        }
    }

    // A pinned topic stays registered, so that its own lock need not be taken under the register's. There are at most as many as publishers
    // and viewers, each of which has a limit.
    private Topic Pin(string name)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(name, out var topic))
            {
                topic = new Topic(this, name);
                _topics.Add(name, topic);
            }

            topic.Pins++;
            return topic;
        }
    }

    private void Unpin(Topic topic)
    {
        lock (_lock)
        {
            topic.Pins--;
        }

        RemoveIfUnused(topic);
    }

    private void RemoveIfUnused(Topic topic)
    {
        lock (_lock)
        {
            if (topic.Pins == 0 && topic.IsUnused && _topics.TryGetValue(topic.Name, out var found)
                && ReferenceEquals(found, topic))
            {
                _topics.Remove(topic.Name);
            }
        }
    }
}
