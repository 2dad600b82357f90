using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using SimWorld = Quickwater.Sim.World;

namespace Quickwater.Rtmp.Tests;

/// <summary>
/// A server of RTMP and FLV on an engine and a hub of its own, in a world on virtual time. Disposing it cuts all links and demands that
/// nothing is left.
/// </summary>
internal sealed class Studio : IHubObserver, IAccessPolicy, IDisposable
{
    private readonly List<RawClient> _clients = [];

    public Studio(
        RtmpServerOptions? options = null, HubLimits? limits = null, Faults? faults = null, EngineOptions? engine = null, ulong seed = 1)
    {
        World = new SimWorld(seed, faults ?? Faults.None);
        Server = World.AddHost("server", engine);
        Clients = World.AddHost("clients");
        Clients.HoldsBack = true; // a source has its times, which the timer meets by the millisecond
        Hub = new Hub(Server.Engine, limits ?? new HubLimits(), this);
        Rtmp = new RtmpServer(Hub, options ?? new RtmpServerOptions(), this, new SeededEntropy(7));
    }

    public SimWorld World { get; }

    public SimHost Server { get; }

    public SimHost Clients { get; }

    public Hub Hub { get; }

    public RtmpServer Rtmp { get; }

    /// <summary>The access policy; it may answer <see cref="AccessDecision.Later"/>, and then with <see cref="Questions"/>.</summary>
    public Func<AccessRequest, AccessDecision> Access { get; set; } = static _ => AccessDecision.Allow;

    public List<(AccessRequest Request, IMailbox Mailbox, uint Correlation)> Questions { get; } = [];

    /// <summary>Lives of streams: <c>+name</c>, and <c>-name Reason</c>.</summary>
    public List<string> Log { get; } = [];

    public List<TimeSpan> Gaps { get; } = [];

    /// <summary>The reasons for which the server's connections ended, by name.</summary>
    public IReadOnlyList<string> Closed => [.. Server.Closed.SelectMany(pair => Enumerable.Repeat(pair.Key.ToString(), pair.Value))];

    /// <summary>A client that has not sent anything.</summary>
    public RawClient Dial(ISessionFactory? served = null)
    {
        var client = new RawClient(World, Server, served ?? Rtmp);
        _clients.Add(client);
        return client;
    }

    /// <summary>A client that is connected to an application and has message streams 1 to <paramref name="streams"/>.</summary>
    public RawClient Join(string application = "live", int streams = 1)
    {
        var client = Dial();
        client.Handshake();
        client.Connect(application);
        for (var i = 0; i < streams; i++)
        {
            client.Command("createStream", 2 + i, 0);
        }

        Settle();
        return client;
    }

    public RawClient Publish(string name = "cam")
    {
        var client = Join();
        client.Publish(name);
        Settle();
        Assert.Contains("NetStream.Publish.Start", client.Codes);
        return client;
    }

    public RawClient Play(string name = "cam")
    {
        var client = Join();
        client.Play(name);
        Settle();
        return client;
    }

    /// <summary>A viewer over HTTP, which gets FLV.</summary>
    public RawClient Watch(string topic = "live/cam") => Dial(new FlvViewer(Hub, topic, "http-flv", new FlvViewerOptions()));

    /// <summary>Time for what is under way to come to rest, and no more.</summary>
    public void Settle() => Run(0.05);

    public void Run(double seconds) => World.Run(TimeSpan.FromSeconds(seconds));

    public Topic Topic(string name = "live/cam")
    {
        Assert.True(Hub.TryFind(name, out var topic), $"there is no topic {name}");
        return topic;
    }

    public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation)
    {
        var decision = Access(request);
        if (!decision.IsKnown)
        {
            Questions.Add((request, mailbox, correlation));
        }

        return decision;
    }

    public void Started(Topic topic, ConnectionInfo publisher) => Log.Add($"+{topic.Name}");

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why) => Log.Add($"-{topic.Name} {why}");

    public void Joined(Subscription viewer)
    {
    }

    public void Left(Subscription viewer)
    {
    }

    public void TimestampGap(Topic topic, TimeSpan gap) => Gaps.Add(gap);

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Leave();
        }

        Clients.Engine.Abort(Reason.Cancelled);
        World.RunUntilClosed();
        Assert.Empty(Hub.Topics);
        Assert.Equal(0, Hub.PublisherCount);
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        World.Dispose();
    }
}
