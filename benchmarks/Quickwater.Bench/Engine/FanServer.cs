using System.Net;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Bench;

/// <summary>
/// A server process for fan-out: one topic, every connection is its viewer. As soon as the viewers have taken all but a window of what was
/// published, more is: the sending is saturated, and nobody ever lags enough to be dropped.
/// </summary>
internal sealed class FanServer : ISessionFactory, IHubObserver, IThreadPoolWorkItem
{
    private const int FrameBytes = 1024;
    private const int FramesAtOnce = 64;
    private const long Window = 4L * FramesAtOnce * FrameBytes;

    private readonly Engine _engine;
    private readonly Hub _hub;
    private readonly Publication _publication;
    private readonly int _viewersWanted;
    private long _published;
    private long _taken;
    private long _goOnAt;
    private int _viewers;

    private FanServer(Engine engine, int viewers)
    {
        _engine = engine;
        _viewersWanted = viewers;
        _hub = new Hub(engine, new HubLimits(), this);
        var here = new IPEndPoint(IPAddress.Loopback, 0);
        var why = _hub.Publish("fan", new ConnectionInfo(1, "bench", here, here), new NoMailbox(), out var publication);
        _publication = publication ?? throw new InvalidOperationException(why.Text());
    }

    public string Protocol => "fan";

    public static async Task<int> RunAsync(int viewers, int batchBytes, string backEnd)
    {
        using var engine = EngineServer.CreateEngine(new EngineOptions { BatchBytesMax = batchBytes });
        return await EngineServer.RunAsync(engine, new FanServer(engine, viewers), backEnd);
    }

    public ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now)
    {
        var refused = _hub.Subscribe(
            "fan", FixedForm.Instance, new SubscribeOptions { Replay = Replay.None }, mailbox, now, out var subscription);
        if (subscription is null)
        {
            throw new InvalidOperationException(refused.Text());
        }

        if (Interlocked.Increment(ref _viewers) == _viewersWanted)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return new FanViewer(this, subscription);
    }

    /// <summary>A viewer's send is complete.</summary>
    public void Taken(long bytes)
    {
        var now = Interlocked.Add(ref _taken, bytes);
        var at = Volatile.Read(ref _goOnAt);
        if (now >= at && now - bytes < at)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public void Execute()
    {
        var now = _engine.Clock.Now;
        do
        {
            for (var i = 0; i < FramesAtOnce; i++)
            {
                var payload = _hub.Buffers.Rent();
                payload.EnsureCapacity(FrameBytes);
                payload.Append(Payload);
                _published += FrameBytes;
                _publication.Publish(_hub.Frames.Create(FrameKind.Audio, FrameFlags.None, _published / FrameBytes, payload), now);
            }

            Volatile.Write(ref _goOnAt, (_published - Window) * _viewersWanted);
        }
        while (Interlocked.Read(ref _taken) >= _goOnAt); // otherwise the viewer that takes the rest of it queues this again

        _publication.Flush(now, TimeSpan.Zero);
    }

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

    private static ReadOnlySpan<byte> Payload => PayloadBytes;

    private static readonly byte[] PayloadBytes = new byte[FrameBytes];

    private sealed class NoMailbox : IMailbox
    {
        public void Wake()
        {
        }

        public bool Post(in Command command) => false;
    }
}
