using System.Net;
using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Rtmp.Tests;

public sealed class RelayAllocationTests
{
    private const int Viewers = 10;
    private const int FramesInSecond = 25;

    [Fact]
    public void Relaying_allocates_nothing_once_warm()
    {
        var time = new HandTime();
        var turns = new HandScheduler();
        var house = new House();
        using var engine = new Engine(new EngineOptions(), turns, time, house);
        var hub = new Hub(engine, new HubLimits(), house);
        var server = new RtmpServer(hub, new RtmpServerOptions(), house, new SeededEntropy(1));
        var publisher = Connect(engine, server, turns, "publish");
        publisher.Give(Message(RtmpMessageType.Video, Samples.AvcConfig));
        var viewers = Enumerable.Range(0, Viewers).Select(_ => Connect(engine, server, turns, "play")).ToArray();
        var second = Second();
        var at = 0u;
        var before = viewers.Sum(viewer => viewer.Sent);

        Assert.Equal(0, LeastAllocatedBy(() =>
        {
            for (var frame = 0; frame < FramesInSecond; frame++)
            {
                at += 40;
                SetTime(second[frame], at);
                time.Elapsed += TimeSpan.FromMilliseconds(40);
                publisher.Give(second[frame]);
                turns.RunAll();
            }
        }));
        Assert.True(viewers.Sum(viewer => viewer.Sent) - before > Viewers * (at / 40) * 3000L, "the frames did not arrive");
        Assert.Equal(0, engine.LongTurns);

        engine.Abort(Reason.Cancelled);
        turns.RunAll();
        Assert.True(engine.Leaks.Read().IsZero, engine.Leaks.Read().ToString());
    }

    private static FedTransport Connect(Engine engine, RtmpServer server, HandScheduler turns, string command)
    {
        var transport = new FedTransport();
        engine.Open(transport, server);
        turns.RunAll();
        transport.Give(
        [
            3, .. new byte[2 * 1536],
            .. Command("connect", AmfValue.Object(new AmfMember("app", AmfValue.Of("live")))),
            .. Command("createStream", AmfValue.Null), .. Command(command, AmfValue.Null, AmfValue.Of("cam")),
            .. Message(RtmpMessageType.SetChunkSize, [0, 1, 0, 0]),
        ]);
        turns.RunAll();
        return transport;
    }

    // A key and inter frames, each with some audio.
    private static byte[][] Second() =>
    [
        .. Enumerable.Range(0, FramesInSecond).Select(i => (byte[])
        [
            .. Message(RtmpMessageType.Video, i == 0 ? Samples.Key(60_000) : Samples.Inter(3000)),
            .. Message(RtmpMessageType.Audio, Samples.Aac(300)),
        ]),
    ];

    private static byte[] Command(string name, params AmfValue[] values) =>
        Message(RtmpMessageType.CommandAmf0, RawClient.Amf([AmfValue.Of(name), AmfValue.Of(1), .. values]));

    private static byte[] Message(RtmpMessageType type, byte[] body)
    {
        var bytes = new byte[ChunkEncoder.Measure(body.Length, 65_536, extendedTimestamp: false)];
        ChunkEncoder.Encode(bytes, 5, type, 0, type == RtmpMessageType.CommandAmf0 && body[3] == (byte)'c' ? 0u : 1u, body, 65_536);
        return bytes;
    }

    // The time of every message in the bytes: 24 bits behind the first byte of its header.
    private static void SetTime(byte[] bytes, uint time)
    {
        for (var at = 0; at < bytes.Length; at += 12 + ((bytes[at + 4] << 16) | (bytes[at + 5] << 8) | bytes[at + 6]))
        {
            (bytes[at + 1], bytes[at + 2], bytes[at + 3]) = ((byte)(time >> 16), (byte)(time >> 8), (byte)time);
        }
    }

    // The smallest of several: the runtime may compile something between two of them.
    private static long LeastAllocatedBy(Action second)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 60; i++)
        {
            second(); // longer than the ring keeps frames
        }

        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var j = 0; j < 10; j++)
            {
                second();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class House : IHubObserver, IConnectionObserver, IAccessPolicy
    {
        public AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation) => AccessDecision.Allow;

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

        public void TimestampGap(Topic topic, TimeSpan gap) => throw new InvalidOperationException("The times are wrong.");

        public void Opened(ConnectionInfo connection)
        {
        }

        public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats) => Assert.Equal(Reason.Cancelled, why);

        public void Faulted(ConnectionInfo connection, Exception fault) => throw new InvalidOperationException("A session threw.", fault);
    }

    private sealed class HandScheduler : IScheduler
    {
        private readonly Queue<IThreadPoolWorkItem> _queue = new();

        public void Queue(IThreadPoolWorkItem item) => _queue.Enqueue(item);

        public void RunAll()
        {
            while (_queue.TryDequeue(out var turn))
            {
                turn.Execute();
            }
        }
    }

    private sealed class HandTime : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    // Receives what the test gives it, on the test's thread, and sends into the void.
    private sealed class FedTransport : ITransport
    {
        private ITransportEvents? _events;
        private ReadOnlyMemory<byte> _input;
        private bool _waiting;

        public long Sent { get; private set; }

        public IPEndPoint Remote { get; } = new(IPAddress.Loopback, 1);

        public IPEndPoint Local { get; } = new(IPAddress.Loopback, 2);

        public long UnacknowledgedBytes => 0;

        public void Bind(ITransportEvents events) => _events = events;

        public void Give(byte[] bytes)
        {
            Assert.True(_waiting && _input.IsEmpty, "it does not read");
            _input = bytes;
            _waiting = false;
            _events?.ReceiveCompleted(IoResult.Completed(0));
        }

        public IoResult Receive(Memory<byte> buffer)
        {
            if (_input.IsEmpty)
            {
                _waiting = true;
                return IoResult.Pending;
            }

            var bytes = Math.Min(buffer.Length, _input.Length);
            _input[..bytes].CopyTo(buffer);
            _input = _input[bytes..];
            return IoResult.Completed(bytes);
        }

        public IoResult Send(SendBatch batch)
        {
            Sent += batch.Bytes;
            return IoResult.Completed(batch.Bytes);
        }

        public void FinishSending()
        {
        }

        public void LimitUnsent(int bytes)
        {
        }

        public void Close()
        {
        }
    }
}
