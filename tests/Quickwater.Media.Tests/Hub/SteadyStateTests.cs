using Quickwater.Core;
using Quickwater.Core.Tests;
using Quickwater.Testing;
using Xunit;

namespace Quickwater.Media.Tests;

/// <summary>What a running stream costs.</summary>
public sealed class SteadyStateTests
{
    private const int FramesPerRound = 200;

    [Fact]
    public void Publishing_and_filling_for_a_hundred_viewers_allocates_nothing()
    {
        using var stage = new Stage();
        var quiet = new QuietMailbox();
        var viewers = new List<Subscription>();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(Reason.None, stage.Hub.Subscribe("live", Stage.Form, new SubscribeOptions(), quiet, stage.Now, out var place));
            viewers.Add(place ?? throw new InvalidOperationException("No place."));
        }

        var batch = new SendBatch();
        var payload = new byte[3000];
        var frame = 0;
        void Round()
        {
            for (var i = 0; i < FramesPerRound; i++, frame++)
            {
                Publish(stage, payload, frame);
                foreach (var viewer in viewers)
                {
                    batch.Begin(64 * 1024);
                    viewer.Fill(batch, stage.Now);
                    batch.Release();
                }
            }
        }

        // Warm: the ring's index, the replay and the pools reach their size when the retained time has passed.
        for (var i = 0; i < 5; i++)
        {
            Round();
        }

        // The array pool may trim what it keeps when the collector runs, so the quietest of a few rounds counts.
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(quiet.Wakes > 0);
        Assert.All(viewers, viewer => Assert.Equal(0, viewer.Stats.Queued));
        viewers.ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    [Requirement("RTMP-5.2", "RTMP-14.1")]
    public void A_thousand_viewers_take_a_place_each_and_no_memory_for_media()
    {
        const int Viewers = 1000;
        const int PlaceBytesMax = 2048;
        using var stage = new Stage();
        var quiet = new QuietMailbox();
        var viewers = new List<Subscription>(Viewers + 1);
        Join();
        stage.Gop(0, 100, size: 5000);
        var media = stage.Leaks;
        var held = stage.Topic.Stats.BytesHeld;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Viewers; i++)
        {
            Join();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Viewers * PlaceBytesMax);
        var batch = new SendBatch();
        foreach (var viewer in viewers)
        {
            while (viewer.Stats.Queued > 0)
            {
                batch.Begin(64 * 1024);
                viewer.Fill(batch, stage.Now);
                batch.Release();
            }
        }

        Assert.Equal((media, held), (stage.Leaks, stage.Topic.Stats.BytesHeld));
        viewers.ForEach(viewer => viewer.Dispose());

        void Join()
        {
            Assert.Equal(Reason.None, stage.Hub.Subscribe("live", Stage.Form, new SubscribeOptions(), quiet, stage.Now, out var place));
            viewers.Add(place ?? throw new InvalidOperationException("No place."));
        }
    }

    [Fact]
    public void A_turn_that_receives_and_sends_allocates_nothing()
    {
        using var bench = new Bench();
        var transport = new EchoTransport();
        var session = new EchoSession();
        var connection = bench.Engine.Open(transport, session);
        bench.Scheduler.RunAll();
        for (var i = 0; i < 1000; i++)
        {
            transport.Arrive(connection);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            transport.Arrive(connection);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000 * 64, connection.Stats.BytesSent);
    }

    private static void Publish(Stage stage, byte[] payload, int frame)
    {
        var bytes = stage.Hub.Buffers.Rent();
        bytes.Append(payload);
        var video = frame % 2 == 0;
        var flags = frame % 50 == 0 ? FrameFlags.Key : FrameFlags.None;
        stage.Publication.Publish(
            stage.Hub.Frames.Create(video ? FrameKind.Video : FrameKind.Audio, flags, frame * 20L, bytes), stage.Now);
        stage.Publication.Flush(stage.Now, TimeSpan.Zero);
    }

    private sealed class QuietMailbox : IMailbox
    {
        internal int Wakes { get; private set; }

        public void Wake() => Wakes++;

        public bool Post(in Command command) => true;
    }
}
