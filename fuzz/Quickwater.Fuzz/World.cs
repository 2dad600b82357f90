using System.Net;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Fuzz;

/// <summary>An engine and a hub where nothing happens by itself, for sessions that a target drives by hand. It needs no disposing.</summary>
internal sealed class World : IConnectionObserver, IHubObserver, IAccessPolicy, IEntropy, IScheduler, IMailbox
{
    public World(HubLimits? limits = null)
    {
        Engine = new Engine(new EngineOptions(), this, new StandingTime(), this);
        Hub = new Hub(Engine, limits ?? new HubLimits(), this);
    }

    public Engine Engine { get; }

    public Hub Hub { get; }

    public ConnectionInfo Peer { get; } = new(1, "fuzz", new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2));

    /// <summary>Whether nothing is left: no frame, segment or buffer, no topic and no publisher.</summary>
    public bool IsEmpty => Engine.Leaks.Read().IsZero && Hub.Topics.Count == 0 && Hub.PublisherCount == 0;

    public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation) =>
        request.Stream.StartsWith('x') ? AccessDecision.Deny(Reason.AccessDenied) : AccessDecision.Allow;

    // The same bytes for everybody, so that a handshake can be recorded.
    public void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i * 7);
        }
    }

    public void Wake()
    {
    }

    public bool Post(in Command command) => true;

    public void Queue(IThreadPoolWorkItem item)
    {
    }

    public void Opened(ConnectionInfo connection)
    {
    }

    public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
    }

    public void Faulted(ConnectionInfo connection, Exception fault) => throw new FuzzFailedException("a session threw", fault);

    public void Started(Topic topic, ConnectionInfo publisher)
    {
    }

    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
    {
    }

    public void Joined(Subscription viewer)
    {
    }

    public void Left(Subscription viewer)
    {
    }

    public void TimestampGap(Topic topic, TimeSpan gap)
    {
    }

    private sealed class StandingTime : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
