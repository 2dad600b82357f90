using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

/// <summary>What viewers of RTMP get of streams whose times are at their limits, and what they may choose.</summary>
public sealed class DistributionTests : StudioTests
{
    [Theory]
    [InlineData(0xFFFFFFL - 2000)] // where the wire goes over to extended timestamps
    [InlineData(0xFFFFFFFFL - 2000)] // where its 32 bits wrap
    [Requirement("RTMP-2.7", "RTMP-5.1")]
    public void A_viewer_that_joins_two_seconds_before_a_limit_of_the_timestamp_misses_nothing(long start)
    {
        var studio = Open(() => new Studio(new RtmpServerOptions { Limits = RtmpLimits.Default with { OutChunkSize = 128 } }));
        var publisher = studio.Publish();
        publisher.Start((uint)start);
        var early = studio.Play();
        RawClient? late = null;
        var sent = new List<uint>();
        for (var at = 80; at < 6000; at += 40)
        {
            // In chunks of 128 bytes: the extended timestamp stands in each of them.
            var time = unchecked((uint)(start + at));
            publisher.Video(time, at % 1000 == 0 ? Samples.Key(2000) : Samples.Inter(700));
            sent.Add(time);
            if (at == 4000)
            {
                late = studio.Play();
            }

            studio.Run(0.04);
        }

        studio.Settle();
        Assert.Equal(sent, early.Media.Where(m => m.Body.Length > 600).Select(m => m.Time));
        Assert.NotNull(late);
        Assert.Equal(sent.SkipWhile(time => time != unchecked((uint)(start + 4000))), late.Media.Where(m => m.Body.Length > 600).Select(m => m.Time));
        Assert.All(studio.Topic().Viewers, viewer => Assert.Equal(0, viewer.Stats.Dropped));
        Assert.Empty(studio.Gaps);
        Assert.Empty(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-10.3")]
    public void Frames_that_came_together_go_out_in_far_fewer_sends()
    {
        const int Frames = 30;
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        var viewer = studio.Play();
        var (sends, frames) = (viewer.Served.Connection?.Stats.Sends ?? 0, viewer.Media.Count());
        publisher.Send([.. Enumerable.Range(1, Frames).SelectMany(i => publisher.Encode(RtmpMessageType.Video, 40 * (uint)i, 1, Samples.Inter()))]);
        studio.Settle();

        Assert.Equal(frames + Frames, viewer.Media.Count());
        Assert.InRange((viewer.Served.Connection?.Stats.Sends ?? 0) - sends, 1, Frames / 2);
    }

    [Fact]
    [Requirement("RTMP-4.7")]
    public void A_jump_by_hours_within_what_comes_at_once_costs_nobody_a_frame()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start(50_000_000);
        var viewer = studio.Play();
        var low = studio.Play("cam?latency=low");
        publisher.Video(90_000_000, Samples.Inter());
        publisher.Video(90_000_040, Samples.Inter());
        publisher.Video(1000, Samples.Inter());
        publisher.Gop(1040);
        studio.Settle();

        uint[] expected = [50_000_000, 50_000_010, 50_000_040, 90_000_000, 90_000_040, 1000, 1040, 1050, 1080];
        Assert.Equal(expected, viewer.Media.Skip(3).Select(m => m.Time));
        Assert.Equal(expected, low.Media.Skip(3).Select(m => m.Time));
        Assert.All(studio.Topic().Viewers, one => Assert.Equal(0, one.Stats.Dropped));
        Assert.Empty(studio.Closed);
    }

    [Fact]
    [Requirement("RTMP-5.9/options", "RTMP-12.4")]
    public void A_viewer_chooses_its_latency_by_a_parameter_of_the_name()
    {
        var studio = Open();
        studio.Publish().Start();
        studio.Play("cam?latency=low");
        studio.Play();
        studio.Play("cam?latency=fast");
        Assert.Equal(
            [0.5, 5, 5], studio.Topic().Viewers.OrderBy(v => v.Options.LagTimeMax).Select(v => v.Options.LagTimeMax.TotalSeconds));
    }

    [Fact]
    [Requirement("RTMP-12.4", "RTMP-12.5")]
    public void Where_low_latency_is_usual_a_viewer_may_choose_otherwise()
    {
        var latencies = new ViewerLatencies();
        var studio = Open(() => new Studio(new RtmpServerOptions { Viewers = latencies.Low, Latencies = latencies }));
        studio.Publish().Start();
        studio.Play();
        studio.Play("cam?latency=normal");
        Assert.Equal(
            [0.5, 5], studio.Topic().Viewers.OrderBy(v => v.Options.LagTimeMax).Select(v => v.Options.LagTimeMax.TotalSeconds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [Requirement("RTMP-5.6")]
    public void Viewers_hear_of_the_end_within_a_second_whatever_the_flush_interval(int flushMilliseconds)
    {
        var studio = Open(() => new Studio(limits: new HubLimits { FlushInterval = TimeSpan.FromMilliseconds(flushMilliseconds) }));
        var publisher = studio.Publish();
        publisher.Start();
        var viewers = Enumerable.Range(0, 5).Select(_ => studio.Play()).ToArray();
        publisher.Video(80, Samples.Inter());
        publisher.Finish();
        studio.Run(0.9);

        Assert.All(viewers, viewer => Assert.Equal("NetStream.Play.UnpublishNotify", viewer.Codes[^1]));
        Assert.All(viewers, viewer => Assert.Equal(80u, viewer.Media.Last().Time));
    }

    [Fact]
    [Requirement("RTMP-5.1")]
    public void A_viewer_of_sound_alone_starts_at_once()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Audio(0, Samples.AacConfig);
        for (var at = 0u; at < 3000; at += 20)
        {
            publisher.Audio(at, Samples.Aac());
        }

        studio.Settle();
        var viewer = studio.Play();
        Assert.Equal([2980u, 2980u], viewer.Media.Select(m => m.Time));
        publisher.Audio(3000, Samples.Aac());
        studio.Settle();
        Assert.Equal(3000u, viewer.Media.Last().Time);
    }
}
