using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class FlvViewerTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-5.1", "RTMP-5.3")]
    public void A_viewer_gets_a_header_configurations_and_a_key_first()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        publisher.Gop(1000);
        studio.Settle();
        var viewer = studio.Watch();
        studio.Settle();

        var (flags, tags) = Read(viewer);
        Assert.Equal(5, flags);
        Assert.Equal(["Script 1000", "Video 1000", "Audio 1000", "Video 1000", "Audio 1010", "Video 1040"], tags);
        Assert.Equal("Subscribing", viewer.State);
    }

    [Fact]
    public void A_viewer_waits_for_its_stream()
    {
        var studio = Open();
        var viewer = studio.Watch();
        studio.Run(9);
        Assert.Empty(viewer.Packets);
        Assert.Equal("Connected", viewer.State);
        studio.Publish().Start();
        studio.Run(5);

        Assert.Equal(6, Read(viewer).Tags.Length);
        Assert.False(viewer.Finished);
    }

    [Fact]
    public void A_viewer_that_waited_in_vain_is_ended()
    {
        var studio = Open();
        var viewer = studio.Watch();
        studio.Run(10.5);

        Assert.True(viewer.Finished);
        Assert.Empty(viewer.Packets);
        Assert.Equal(["StreamNotFound"], studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-5.6")]
    public void A_viewer_ends_with_its_stream_behind_its_last_frame()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        studio.Settle();
        var viewer = studio.Watch();
        studio.Settle();
        publisher.Die();
        studio.Settle();

        Assert.Equal(6, Read(viewer).Tags.Length);
        Assert.True(viewer.Finished);
        Assert.Equal(["StreamEnded", "ConnectionReset"], studio.Closed.OrderDescending());
    }

    [Fact]
    public void Draining_gives_a_viewer_everything_and_ends_it()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        publisher.Video(50, Samples.Inter(300_000));
        studio.Settle();
        var viewer = studio.Watch();
        viewer.Reads = false;
        var waiting = studio.Watch("live/nobody");
        studio.Settle();
        studio.Server.Drain(TimeSpan.FromSeconds(10));
        studio.Settle();
        viewer.Reads = true;
        studio.Run(2);

        Assert.Equal(7, Read(viewer).Tags.Length);
        Assert.True(viewer.Finished && waiting.Finished);
        Assert.Equal(["Drained", "Drained", "Drained"], studio.Closed);
    }

    [Fact]
    public void A_viewer_that_is_thrown_out_inside_a_frame_gets_it_to_its_end()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.SetChunkSize(65_536);
        publisher.Start();
        publisher.Video(50, Samples.Inter(300_000));
        studio.Settle();
        var viewer = studio.Watch();
        viewer.Reads = false;
        studio.Settle();
        viewer.Served.Connection?.Post(Command.Kick(Reason.Kicked));
        viewer.Reads = true;
        studio.Settle();

        Assert.Equal("Video 50", Read(viewer).Tags[^1]);
        Assert.Equal(["Kicked"], studio.Closed);
    }

    [Fact]
    public void A_hub_that_is_full_refuses_a_viewer()
    {
        var studio = Open(() => new Studio(limits: new HubLimits { SubscribersPerTopicMax = 1 }));
        studio.Publish();
        studio.Watch();
        var viewer = studio.Watch();
        studio.Settle();

        Assert.True(viewer.Finished);
        Assert.Equal(["TooManySubscribers"], studio.Closed);
    }

    [Theory]
    [InlineData(1, 100, "TooManyWaiters")]
    [InlineData(100, 1, "TooManyWaitersFromAddress")]
    public void Viewers_who_wait_have_limits_of_their_own(int inAll, int perAddress, string why)
    {
        var studio = Open(() => new Studio(limits: new HubLimits { WaitersMax = inAll, WaitersPerAddressMax = perAddress, TopicsMax = 1, PublishersMax = 1 }));
        studio.Watch("live/a");
        var one = studio.Play("b");
        studio.Settle();
        Assert.Contains("NetStream.Play.Failed", one.Codes); // over all protocols
        studio.Watch("live/c");
        studio.Settle();
        Assert.Equal([why], studio.Closed);
        studio.Publish("d"); // and keep no publisher out
        Assert.Equal(1, studio.Hub.Waiters.Taken);
    }

    [Fact]
    public void What_a_viewer_sends_is_ignored()
    {
        var studio = Open();
        studio.Publish().Start();
        studio.Settle();
        var viewer = studio.Watch();
        viewer.Send(new byte[100_000]);
        studio.Settle();
        Assert.Equal(6, Read(viewer).Tags.Length);
        viewer.Finish();
        studio.Settle();

        Assert.Equal(["PeerClosed"], studio.Closed);
    }

    // Every byte must belong to a whole tag.
    internal static (int Flags, string[] Tags) Read(RawClient viewer)
    {
        using var world = new World();
        var reader = new FlvReader(RtmpLimits.WireMessageBytesMax, world.Pool);
        var tags = new List<string>();
        var rest = viewer.Packets.AsSpan();
        while (true)
        {
            var status = reader.Read(rest, out var consumed, out var tag);
            rest = rest[consumed..];
            if (status != WireReadStatus.Item)
            {
                break;
            }

            tags.Add($"{tag.Type} {tag.Timestamp}");
            tag.Payload.Release();
        }

        Assert.Equal(Reason.None, reader.Failure);
        Assert.Equal(0, reader.WrongSizes);
        Assert.True(reader.IsBetweenTags);
        reader.Release();
        return (viewer.Packets[4], [.. tags]);
    }
}
