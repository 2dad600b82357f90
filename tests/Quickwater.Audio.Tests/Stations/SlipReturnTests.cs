using System.Runtime.InteropServices;
using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>What becomes of the slips of a live source: docs/adr/0033.</summary>
public sealed class SlipReturnTests
{
    private static readonly TimeSpan s_block = TimeSpan.FromMilliseconds(20);

    [Fact]
    [Requirement("AUD-5.6")]
    public void A_slip_is_taken_back_gradually_and_no_sample_is_missing_or_repeated()
    {
        using var studio = Studio(TimeSpan.Zero);
        var listener = studio.ListenFromTheStart();
        studio.Run(5);
        studio.Line?.Hold(TimeSpan.FromMilliseconds(500));
        studio.Run(1);
        var late = studio.Station.Stats;
        Assert.Equal((1, TimeSpan.Zero), (late.Slips, late.TakenBack));
        Assert.InRange(late.Slipped.TotalMilliseconds, 470, 520);

        studio.Run(8.5);
        Assert.Equal(TimeSpan.Zero, studio.Station.Stats.TakenBack); // that it lasts is not certain yet
        studio.Run(3);
        Assert.InRange(studio.Station.Stats.TakenBack.TotalMilliseconds, 50, 150); // it takes its time
        studio.Run(15);
        Assert.InRange((studio.Station.Stats.Slipped - studio.Station.Stats.TakenBack).TotalMilliseconds, 0, 61);
        Assert.InRange(studio.Line?.Backlog.TotalMilliseconds ?? 0, 20, 61);
        Assert.Equal(1, studio.Station.Stats.Slips);
        AssertWhole(listener.Heard);
        AssertDueTimesMoveLittle(listener.Heard.Chunks, slips: 1);
    }

    [Fact]
    public void What_is_on_the_air_is_as_late_as_it_would_be_without_the_slip()
    {
        using var calm = Studio(TimeSpan.Zero);
        using var troubled = Studio(TimeSpan.Zero);
        calm.Stations.Start();
        troubled.Stations.Start();
        calm.Run(3);
        troubled.Run(3);
        troubled.Line?.Hold(TimeSpan.FromMilliseconds(800));
        calm.Run(57);
        troubled.Run(57);
        Assert.InRange(calm.Station.Stats.Chunks - troubled.Station.Stats.Chunks, 0, 3); // of 20 ms: what it keeps ready
    }

    [Theory]
    [InlineData(40)]
    [InlineData(150)]
    [InlineData(400)]
    public void A_source_with_steady_jitter_comes_to_rest(int jitterMilliseconds)
    {
        using var studio = Studio(TimeSpan.FromMilliseconds(jitterMilliseconds));
        studio.Stations.Start();
        var corrections = 0;
        var last = TimeSpan.Zero;
        for (var second = 0; second < 600; second++)
        {
            var (before, was) = (studio.Station.Stats.TakenBack, last);
            studio.Run(1);
            if (second == 30)
            {
                studio.Line?.Hold(TimeSpan.FromMilliseconds(900));
            }

            last = studio.Station.Stats.TakenBack - before;
            corrections += was == TimeSpan.Zero && last > TimeSpan.Zero ? 1 : 0;
        }

        Assert.InRange(corrections, 1, 2);
        var early = studio.Station.Stats;
        Assert.InRange((early.Slipped - early.TakenBack).TotalMilliseconds, 0, jitterMilliseconds + 61); // what the jitter needs, and the margin
        studio.Run(1200);
        Assert.Equal((early.Slips, early.TakenBack), (studio.Station.Stats.Slips, studio.Station.Stats.TakenBack)); // and no less than it needs
    }

    [Fact]
    public void A_source_that_hiccups_again_and_again_is_given_what_it_needs_after_two_attempts()
    {
        using var studio = Studio(TimeSpan.Zero);
        studio.Stations.Start();
        for (var minute = 0; minute < 30; minute++)
        {
            studio.Run(60);
            studio.Line?.Hold(TimeSpan.FromMilliseconds(300));
        }

        Assert.InRange(studio.Station.Stats.Slips, 2, 3);
        studio.Run(12 * 60); // and when it is calm for long, everybody hears it in time again
        Assert.InRange((studio.Station.Stats.Slipped - studio.Station.Stats.TakenBack).TotalMilliseconds, 0, 61);
    }

    [Fact]
    public void Off_the_air_nothing_is_owed()
    {
        using var studio = Studio(TimeSpan.Zero);
        var listener = studio.ListenFromTheStart();
        studio.Run(5);
        studio.Line?.Hold(TimeSpan.FromMilliseconds(500));
        studio.Run(2);
        studio.Line?.Hold(TimeSpan.FromSeconds(3));
        studio.Run(60);
        Assert.Contains(listener.Heard.Notices, static notice => notice.Kind == NoticeKind.OffAir);
        Assert.Equal(TimeSpan.Zero, studio.Station.Stats.TakenBack);
        AssertWhole(listener.Heard);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void The_client_is_told_nothing_but_due_times_and_its_lag_stays_what_it_was(int chunkMilliseconds)
    {
        var chunk = TimeSpan.FromMilliseconds(chunkMilliseconds);
        using var studio = Studio(TimeSpan.FromMilliseconds(10), chunk);
        var listener = studio.ListenFromTheStart();
        studio.Run(5);
        studio.Line?.Hold(TimeSpan.FromMilliseconds(700));
        studio.Run(60);
        Assert.True(studio.Station.Stats.TakenBack > TimeSpan.FromMilliseconds(400));
        Assert.Equal([NoticeKind.OffAir, NoticeKind.OnAir], listener.Heard.Notices.Select(static notice => notice.Kind)); // it was there before the station
        Assert.InRange(listener.Stats.LatestLag.TotalMilliseconds, 0, 100 + chunkMilliseconds);
        AssertDueTimesMoveLittle(listener.Heard.Chunks, slips: (int)studio.Station.Stats.Slips);
    }

    private static AudioStudio Studio(TimeSpan jitter, TimeSpan? chunk = null) => new(
        options: new StationOptions { Name = "speech", Chunk = chunk ?? s_block },
        started: false,
        line: world => new SimLine(world, world.Rng.Fork(), 8000, s_block, jitter));

    private static void AssertWhole(Heard heard)
    {
        var numbers = MemoryMarshal.Cast<byte, int>([.. heard.Samples]);
        for (var i = 0; i < numbers.Length; i++)
        {
            Assert.Equal(i, numbers[i]);
        }
    }

    // A step is a chunk, a twentieth less where a slip is taken back, and more only where the station slips.
    private static void AssertDueTimesMoveLittle(List<(long Sequence, long Microseconds, int Bytes)> chunks, int slips)
    {
        var jumps = 0;
        foreach (var (chunk, next) in chunks.Zip(chunks.Skip(1)))
        {
            var length = chunk.Bytes / sizeof(int) * 125L; // microseconds, at 8000 Hz
            Assert.Equal(chunk.Sequence + 1, next.Sequence);
            Assert.True(next.Microseconds - chunk.Microseconds >= (length * 19 / 20) - 1, $"chunk {next.Sequence} is due {next.Microseconds - chunk.Microseconds} µs behind the one before");
            jumps += next.Microseconds - chunk.Microseconds > length + 1 ? 1 : 0;
        }

        Assert.Equal(slips, jumps);
    }
}
