using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class PacingTests
{
    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(11_025)] // 20 ms are 220.5 sample frames
    [Requirement("AUD-5.4/pacing")]
    public void Ten_minutes_give_exactly_ten_minutes_of_audio(int rate)
    {
        var format = new AudioFormat(AudioEncoding.S16, 2, rate);
        using var studio = new AudioStudio(new Pattern(format));
        studio.Run(600);

        // Everything that is due by now and nothing that is not: no drift, in either direction.
        var chunkFrames = format.FramesIn(TimeSpan.FromMilliseconds(20));
        var due = (600L * rate / chunkFrames) + 1;
        Assert.Equal(due, studio.Station.Stats.Chunks);
        Assert.Equal(due * chunkFrames * format.BytesPerFrame, studio.Station.Stats.Bytes);
        Assert.Equal(0, studio.Station.Stats.Slips);
    }

    [Fact]
    [Requirement("AUD-5.4")]
    public void Chunks_carry_the_time_at_which_they_were_due()
    {
        using var studio = new AudioStudio(new Pattern(Pattern.Speech with { Rate = 44_100 }));
        var listener = studio.Listen();
        studio.Run(60);
        var chunks = listener.Heard.Chunks;
        Assert.True(chunks.Count > 2900);
        for (var i = 1; i < chunks.Count; i++)
        {
            Assert.Equal(chunks[0].Sequence + i, chunks[i].Sequence);
            Assert.Equal(chunks[0].Microseconds + (i * 20_000), chunks[i].Microseconds); // 882 sample frames are 20 ms
        }
    }

    // A source reads ahead, here without any bound; who asks what is playing means what he hears.
    [Fact]
    [Requirement("AUD-9.5")]
    public void What_is_playing_is_told_when_it_is_heard()
    {
        var told = new List<(string Title, double Seconds)>();
        AudioStudio? playing = null;
        var second = Pattern.Speech.BytesPerSecond;
        using var studio = playing = new AudioStudio(
            new Pattern(Pattern.Speech).ChangeAt(10 * second, Pattern.Speech, "Two").ChangeAt(25 * second, Pattern.Speech with { Channels = 2 }, "Three"),
            changed: station => told.Add((station.Title, (playing?.Station.Stats.Chunks ?? 0) * 0.02)));
        studio.Run(9.5);
        Assert.Equal([("", 0.0)], told);
        studio.Run(10);
        Assert.Equal([("", 0.0), ("Two", 10.0)], told);
        studio.Run(10);
        Assert.Equal([("", 0.0), ("Two", 10.0), ("Three", 25.0)], told.Select(static one => (one.Title, Math.Round(one.Seconds, 2))));
    }

    [Fact]
    [Requirement("AUD-5.4/pacing")]
    public void After_a_late_turn_it_catches_up_without_drift()
    {
        // Turns come up to 700 ms late, again and again.
        using var studio = new AudioStudio(
            faults: Quickwater.Sim.Faults.None with { LateTurn = 0.2, LateTurnMax = TimeSpan.FromMilliseconds(700) });
        var listener = studio.Listen();
        studio.Run(600);
        studio.World.Heal();
        studio.Run(1);
        var began = listener.Heard.Chunks[0].Microseconds - (listener.Heard.Chunks[0].Sequence * 20_000);
        var due = ((601_000_000 - began) / 20_000) + 1;
        Assert.InRange(studio.Station.Stats.Chunks, due - 1, due); // timers are rounded up to the millisecond
        Assert.Equal(0, studio.Station.Stats.Slips);
        Assert.True(studio.Station.Stats.LateMax > TimeSpan.FromMilliseconds(300), "the lateness is reported");
        Assert.True(studio.Station.Stats.Late50 < TimeSpan.FromMilliseconds(10), "and is not the rule");
    }

    [Fact]
    public void What_a_source_that_can_wait_did_not_give_in_time_is_late_for_ever()
    {
        using var studio = new AudioStudio(started: false);
        var listener = studio.ListenFromTheStart();
        studio.Run(1.001);
        studio.Source.Starve();
        studio.Run(0.5);
        studio.Source.Feed();
        studio.Run(60);
        Assert.Equal(1, studio.Station.Stats.Slips);
        Assert.InRange(studio.Station.Stats.Slipped.TotalMilliseconds, 470, 500);
        Assert.Equal(TimeSpan.Zero, studio.Station.Stats.TakenBack);
        Assert.True(studio.Station.IsLive);
        Assert.Equal(Pattern.Bytes(0, listener.Heard.Samples.Count), listener.Heard.Samples); // nothing is missing
        Assert.DoesNotContain(listener.Heard.Notices, static notice => notice.Kind == NoticeKind.Skipped);
    }

    [Fact]
    public void A_source_that_starves_for_long_takes_its_station_off_the_air_and_back()
    {
        using var studio = new AudioStudio(started: false);
        var listener = studio.ListenFromTheStart();
        studio.Run(1.001);
        studio.Source.Starve();
        studio.Run(5);
        Assert.False(studio.Station.IsLive);
        studio.Source.Feed();
        studio.Run(1);
        Assert.True(studio.Station.IsLive);
        Assert.Equal(
            ["accept", "OffAir None", "OnAir None", "format s16, 48000 Hz, 1 channel", "title ", "audio", "OffAir IdleTimeout", "OnAir None", "format s16, 48000 Hz, 1 channel", "title ", "audio"],
            listener.Heard.Log);
        Assert.Equal(Pattern.Bytes(0, listener.Heard.Samples.Count), listener.Heard.Samples);
    }

    [Fact]
    public void A_change_of_format_ends_a_chunk_early_and_is_told_before_the_next()
    {
        var stereo = new AudioFormat(AudioEncoding.S24, 2, 44_100);
        using var studio = new AudioStudio(new Pattern(Pattern.Speech).ChangeAt(10_000, stereo, "second"), started: false);
        var listener = studio.ListenFromTheStart();
        studio.Run(1);
        var short_ = listener.Heard.Chunks.Single(static chunk => chunk.Bytes == 10_000 % 1920);
        Assert.Equal(10_000 / 1920, short_.Sequence);
        Assert.Equal(stereo, listener.Heard.Last?.Format);
        Assert.Equal("second", listener.Heard.Titles[^1]);
        Assert.Equal(Pattern.Bytes(0, listener.Heard.Samples.Count), listener.Heard.Samples);
        var next = listener.Heard.Chunks[(int)short_.Sequence + 1];
        Assert.Equal(listener.Heard.Chunks[0].Microseconds + (5000 * 1_000_000L / 48_000), next.Microseconds);
    }

    [Fact]
    public void A_source_that_ends_is_delivered_to_its_last_sample()
    {
        using var studio = new AudioStudio(new Pattern(Pattern.Speech, frames: 50_123), started: false);
        var listener = studio.ListenFromTheStart();
        studio.Run(5);
        Assert.Equal(50_123 * 2, listener.Heard.Samples.Count);
        Assert.Equal(Pattern.Bytes(0, 50_123 * 2), listener.Heard.Samples);
        Assert.Equal("Closing StreamEnded", listener.Heard.Log[^1]);
        Assert.Equal(Reason.StreamEnded, listener.ServerEnded);
        Assert.Equal(Reason.Completed, studio.Station.Ended);
    }

    [Fact]
    public void The_flush_interval_grows_with_the_listeners_up_to_the_latency()
    {
        var chunk = TimeSpan.FromMilliseconds(20);
        var most = TimeSpan.FromMilliseconds(100);
        Assert.Equal(chunk, FlushInterval.Of(chunk, most, 1, 176_400));
        Assert.Equal(chunk, FlushInterval.Of(chunk, most, 100, 176_400));
        Assert.Equal(chunk * 3, FlushInterval.Of(chunk, most, 200, 176_400));
        Assert.Equal(most, FlushInterval.Of(chunk, most, 500, 176_400));
        Assert.Equal(most, FlushInterval.Of(chunk, most, 100_000, 16_000));
        Assert.Equal(chunk, FlushInterval.Of(chunk, most, 100_000, 10_000_000)); // 64 KiB come in less than a chunk
        Assert.Equal(chunk, FlushInterval.Of(chunk, chunk, 100_000, 16_000));
    }

    [Theory]
    [InlineData(6, 499, 1)]
    [InlineData(6, 500, 2)]
    [InlineData(6, 1000, 3)] // four parts of six chunks would not be whole chunks
    [InlineData(6, 100_000, 6)]
    [InlineData(5, 1000, 1)]
    [InlineData(5, 1250, 5)]
    [InlineData(1, 100_000, 1)]
    public void Many_listeners_are_woken_in_parts(int chunks, int listeners, int parts) => Assert.Equal(parts, FlushInterval.Parts(chunks, listeners));

    [Fact]
    [Requirement("AUD-5.4")]
    public void Of_many_listeners_one_part_at_a_time_has_its_chunks_and_none_waits_longer_than_the_latency()
    {
        const int Many = 600;
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", LatencyMax = TimeSpan.FromMilliseconds(120) });
        List<Listener> listeners = [.. Enumerable.Range(0, Many).Select(_ => studio.Listen())];
        studio.Run(2);
        List<int> had = listeners.ConvertAll(static one => one.Heard.Chunks.Count);
        var (most, longest) = (0, 0L);
        for (var step = 0; step < 100; step++)
        {
            studio.Run(0.02);
            var has = listeners.ConvertAll(static one => one.Heard.Chunks.Count);
            most = Math.Max(most, has.Zip(had).Count(static pair => pair.First > pair.Second));
            longest = Math.Max(longest, studio.Station.Stats.Chunks - listeners.Min(static one => one.Heard.Chunks[^1].Sequence + 1));
            had = has;
        }

        Assert.InRange(most, Many / 2, (Many / 2) + 1);
        Assert.InRange(longest, 3, 6); // chunks of 20 ms
    }

    [Theory]
    [InlineData(120)] // two parts
    [InlineData(100)] // one, of five chunks
    public void When_the_source_pauses_all_of_many_listeners_have_what_there_was(int latency)
    {
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", LatencyMax = TimeSpan.FromMilliseconds(latency) });
        List<Listener> listeners = [.. Enumerable.Range(0, 600).Select(_ => studio.Listen())];
        studio.Run(2.03);
        for (var pause = 0; pause < 7; pause++)
        {
            studio.Source.Starve();
            studio.Run(0.2);
            Assert.All(listeners, one => Assert.Equal(studio.Station.Stats.Chunks, one.Heard.Chunks[^1].Sequence + 1));
            studio.Source.Feed();
            studio.Run(0.33);
        }
    }
}
