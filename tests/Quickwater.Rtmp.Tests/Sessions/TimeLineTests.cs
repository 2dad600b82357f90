using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

public sealed class TimeLineTests : StudioTests
{
    [Fact]
    [Requirement("RTMP-2.7")]
    public void Time_goes_on_where_32_bits_wrap()
    {
        Assert.Equal([0xFFFFFF00, 0xFFFFFFFF, 0x10, 0x30], Relayed(0xFFFFFF00, 0xFFFFFFFF, 0x10, 0x30));
        Assert.Equal([0xFFFFF0, 0xFFFFFF, 0x1000000, 0x1000100], Relayed(0xFFFFF0, 0xFFFFFF, 0x1000000, 0x1000100));
    }

    [Fact]
    public void Time_that_goes_back_or_jumps_is_relayed_as_it_is_and_disconnects_no_one()
    {
        Assert.Equal([1000, 960, 1040, 500, 540], Relayed(1000, 960, 1040, 500, 540));
        Assert.Equal([5000, 5_000_000, 5_000_040, 100, 140], Relayed(5000, 5_000_000, 5_000_040, 100, 140));
        Assert.Equal([50, 0x7FFFFFF0, 60], Relayed(50, 0x7FFFFFF0, 60));
    }

    [Fact]
    [Requirement("RTMP-4.7")]
    public void Gaps_of_more_than_a_second_are_noted()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start();
        publisher.Video(900, Samples.Inter());
        publisher.Video(2000, Samples.Inter());
        publisher.Video(500, Samples.Inter());
        studio.Settle();

        Assert.Equal([TimeSpan.FromMilliseconds(1100), TimeSpan.FromMilliseconds(-1500)], studio.Gaps);
    }

    [Fact]
    public void Metadata_and_configurations_that_are_sent_again_with_time_zero_do_not_move_the_time_line()
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Start(3_600_000);
        var viewer = studio.Play();
        publisher.Data(0, Samples.Metadata);
        publisher.Video(0, [.. Samples.AvcConfig, 0]);
        publisher.Audio(0, Samples.AacConfig);
        publisher.Video(3_600_080, Samples.Inter());
        studio.Settle();

        Assert.Empty(studio.Gaps);
        Assert.Equal([3_600_040, 3_600_040, 3_600_040, 3_600_080], viewer.Media.Skip(6).Select(m => m.Time));
        Assert.Equal(0, studio.Topic().Viewers[0].Stats.Dropped);
    }

    private uint[] Relayed(params uint[] times)
    {
        var studio = Open();
        var publisher = studio.Publish();
        publisher.Video(times[0], Samples.AvcConfig);
        publisher.Video(times[0], Samples.Key());
        var viewer = studio.Play();
        foreach (var time in times[1..])
        {
            publisher.Video(time, Samples.Inter());
            studio.Settle();
        }

        Assert.Empty(studio.Closed);
        return [.. viewer.Media.Skip(1).Select(m => m.Time)];
    }
}
