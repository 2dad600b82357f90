using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>What a peer may have the server hold before it has said who it is, and when memory is short.</summary>
[Requirement("MED-9.5/memory")]
public sealed class MemoryShareTests
{
    private const int Mebi = 1 << 20;
    private const int Declared = 15 * Mebi;
    private const int SmallBudget = 16 * Mebi;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_does_not_publish_has_no_long_messages(bool connects)
    {
        using var studio = new Studio();
        var client = Stranger(studio, connects);
        client.Send(Chunks.Start().Full(8, 0, Declared, RtmpMessageType.Video, 1).Bytes);
        studio.Settle();
        Assert.Equal(["MessageTooLarge"], studio.Closed);
    }

    [Fact]
    public void Unfinished_messages_before_connect_hold_little_in_all()
    {
        var limits = RtmpLimits.Default;
        using var studio = new Studio();
        var client = Stranger(studio, connects: false);
        for (var id = 8; id < 8 + (limits.ChunkStreamsMax / 2); id++)
        {
            client.Send(Begin(id, limits.CommandBytesMax, RtmpMessageType.Video));
            studio.Settle();
            Assert.InRange(Held(studio), 0, 2 * limits.CommandBytesMax);
        }

        client.SetChunkSize(limits.CommandBytesMax);
        client.Send([.. Chunks.Start().Full(7, 0, limits.CommandBytesMax, RtmpMessageType.Video, 1).Bytes, .. new byte[limits.CommandBytesMax]]);
        studio.Settle();
        Assert.Equal(["MessageTooLarge"], studio.Closed);
    }

    [Theory]
    [InlineData(RtmpMessageType.CommandAmf0, 64 * 1024)]
    [InlineData(RtmpMessageType.CommandAmf3, 64 * 1024)]
    [InlineData(RtmpMessageType.UserControl, 64 * 1024)]
    [InlineData(RtmpMessageType.DataAmf0, Mebi)]
    public void A_publisher_may_send_long_media_but_no_long_commands(RtmpMessageType type, int most)
    {
        using var studio = new Studio();
        var client = studio.Publish();
        client.Send(Begin(8, Declared, RtmpMessageType.Video));
        client.Send(Begin(9, most, type));
        studio.Settle();
        Assert.Empty(studio.Closed);
        client.Send(Begin(10, most + 1, type));
        studio.Settle();
        Assert.Equal(["MessageTooLarge"], studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-20.2")]
    public void A_publisher_who_asks_for_more_than_there_is_ends_and_another_goes_on()
    {
        using var studio = new Studio(engine: new EngineOptions { MemoryBytesMax = SmallBudget });
        var healthy = studio.Publish("healthy");
        healthy.Start();
        var greedy = studio.Publish("greedy");
        greedy.SetChunkSize(Declared);
        greedy.Send([.. Chunks.Start().Full(8, 0, Declared, RtmpMessageType.Video, 1).Bytes, .. new byte[SmallBudget / 2]]);
        studio.Settle();
        Assert.Equal(["MemoryPressure"], studio.Closed);
        healthy.Gop(1000);
        studio.Settle();
        Assert.True(studio.Hub.TryFind("live/healthy", out var topic) && topic.IsLive);
    }

    [Fact]
    [Requirement("RTMP-20.2")]
    public void Streams_keep_less_when_memory_is_short_and_go_on()
    {
        const int Streams = 8;
        const int FrameBytes = 256 * 1024;
        using var studio = new Studio(engine: new EngineOptions { MemoryBytesMax = SmallBudget });
        var publishers = Enumerable.Range(0, Streams).Select(i => studio.Publish($"cam{i}")).ToArray();
        for (var second = 0; second < 20; second++)
        {
            foreach (var publisher in publishers)
            {
                publisher.Video((uint)(second * 1000), [.. Samples.Key(), .. new byte[FrameBytes]]);
            }

            studio.Settle();
        }

        Assert.Empty(studio.Closed);
        Assert.InRange(studio.Server.Engine.Leaks.Memory.Used, 1, SmallBudget * 3 / 4);
    }

    [Fact]
    [Requirement("RTMP-14.6")]
    public void Who_is_refused_at_accept_is_told_why_in_the_answer_to_connect()
    {
        using var studio = new Studio();
        var client = studio.Dial(studio.Rtmp.Refusing(Reason.TooManyConnections));
        client.Handshake();
        client.Connect("live");
        studio.Settle();
        Assert.Contains("NetConnection.Connect.Rejected", client.Codes);
        Assert.Equal(["TooManyConnections"], studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-14.6")]
    public void Who_is_refused_at_accept_and_says_nothing_is_ended_soon()
    {
        using var studio = new Studio();
        studio.Dial(studio.Rtmp.Refusing(Reason.TooManyOpenFiles)).Handshake();
        studio.Settle();
        Assert.Empty(studio.Closed);
        studio.Run(studio.Rtmp.Options.RefusalTimeout.TotalSeconds);
        Assert.Equal(["TooManyOpenFiles"], studio.Closed);
    }

    // The first chunk of a message, and no more of it.
    private static byte[] Begin(int id, int length, RtmpMessageType type) =>
        [.. Chunks.Start().Full(id, 0, length, type, 1).Bytes, .. new byte[RtmpLimits.InitialChunkSize]];

    private static RawClient Stranger(Studio studio, bool connects)
    {
        if (connects)
        {
            return studio.Join();
        }

        var client = studio.Dial();
        client.Handshake();
        return client;
    }

    private static long Held(Studio studio) =>
        studio.Server.Engine.Leaks.Memory.Used - (studio.Server.Engine.OpenCount * studio.Server.Engine.Options.ConnectionBytes);
}
