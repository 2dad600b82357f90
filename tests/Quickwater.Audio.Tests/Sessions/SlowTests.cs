using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>What becomes of clients that do not keep up: warned, made to skip, ended.</summary>
public sealed class SlowTests
{
    private static readonly AudioClientOptions s_patient = new() { Station = "speech", Burst = TimeSpan.Zero, IdleTimeout = TimeSpan.FromHours(1) };
    private static readonly ConnectionLimits s_silent = new() { IdleTimeout = TimeSpan.FromHours(1) };

    [Fact]
    [Requirement("AUD-7.1")]
    [Requirement("AUD-7.2")]
    [Requirement("AUD-7.3/throttled")]
    public void A_lagging_client_skips_to_live_at_a_frame_boundary_and_is_told_how_much_it_missed()
    {
        using var studio = new AudioStudio(limits: s_silent);
        var other = studio.Listen();
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        studio.Run(2);
        tap.Shut();
        studio.Run(8);
        tap.Open();
        studio.Run(5);

        var skipped = Assert.Single(listener.Heard.Notices, static notice => notice.Kind == NoticeKind.Skipped);
        Assert.Equal(Reason.LagTimeExceeded, skipped.Why);
        Assert.Equal(listener.Stats.Missing * 20, skipped.Milliseconds);
        Assert.True(listener.Stats.Missing > 100);
        Assert.Equal(studio.Station.Totals.Dropped, listener.Stats.Missing);

        // It is live again, every chunk is whole, and nobody else noticed.
        Assert.Equal(other.Heard.Chunks[^1].Sequence, listener.Heard.Chunks[^1].Sequence);
        Assert.All(listener.Heard.Chunks, static chunk => Assert.Equal(1920, chunk.Bytes));
        var at = 0;
        foreach (var chunk in listener.Heard.Chunks)
        {
            Assert.Equal(Pattern.At(chunk.Sequence * 1920), listener.Heard.Samples[at]);
            at += chunk.Bytes;
        }

        Assert.Equal(0, other.Stats.Missing);
    }

    [Fact]
    [Requirement("AUD-3.3")]
    public void A_client_whose_sink_is_full_reads_nothing_and_goes_on_when_it_has_room()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", LagMax = TimeSpan.FromMinutes(5), StallMax = TimeSpan.FromMinutes(5) });
        var listener = studio.Listen(s_patient with { IdleTimeout = TimeSpan.FromSeconds(5) });
        studio.Run(2);
        listener.Heard.IsFull = true;
        var (chunks, bytes) = (listener.Heard.Chunks.Count, listener.Stats.Bytes);
        studio.Run(20);
        Assert.True(listener.IsOpen, "it is not the server that is silent");
        Assert.Equal((chunks, bytes), (listener.Heard.Chunks.Count, listener.Stats.Bytes));

        listener.Heard.IsFull = false;
        listener.Pair.Client.Connection?.Wake();
        studio.Run(5);
        Assert.True(listener.Heard.Chunks.Count > chunks);
        Assert.All(
            listener.Heard.Chunks.Zip(listener.Heard.Chunks.Skip(1)),
            static pair => Assert.True(pair.Second.Sequence > pair.First.Sequence));
    }

    [Fact]
    [Requirement("AUD-7.3")]
    public void A_client_that_lags_half_way_to_the_skip_is_warned()
    {
        using var studio = new AudioStudio(
            limits: s_silent, options: new StationOptions { Name = "speech", LagMax = TimeSpan.FromSeconds(30), StallMax = TimeSpan.FromMinutes(10) });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        studio.Run(2);
        tap.Shut();
        studio.Run(20);
        tap.Open();
        studio.Run(5);
        var warned = Assert.Single(listener.Heard.Notices);
        Assert.Equal(NoticeKind.Throttled, warned.Kind);
        Assert.True(warned.Milliseconds > 15_000);
        Assert.Equal(0, listener.Stats.Missing);
    }

    [Fact]
    [Requirement("AUD-7.3/disconnected")]
    public void A_client_that_may_not_skip_is_ended_the_first_time_that_it_lags()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", SkipsPerMinuteMax = 0 });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        studio.Run(2);
        tap.Shut();
        studio.Run(15);
        tap.Open();
        studio.Run(5);
        Assert.Equal(Reason.LagTimeExceeded, listener.ServerEnded);
        Assert.DoesNotContain(listener.Heard.Notices, static notice => notice.Kind == NoticeKind.Skipped);
        Assert.Equal(1, studio.Station.Listeners.Closed[Reason.LagTimeExceeded]);
    }

    [Fact]
    [Requirement("AUD-7.3/disconnected")]
    public void A_client_that_skips_too_often_is_ended()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", SkipsPerMinuteMax = 2 });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Reason.None, listener.ServerEnded);
            studio.Run(1);
            tap.Shut();
            studio.Run(10);
            tap.Open();
            studio.Run(1);
        }

        Assert.Equal(3, listener.Heard.Notices.Count(static notice => notice.Kind == NoticeKind.Skipped));
        Assert.Equal(Reason.LagTimeExceeded, listener.ServerEnded);
    }

    [Fact]
    [Requirement("AUD-7.3")]
    public void Skips_are_counted_within_a_minute_and_not_for_longer()
    {
        const int Skips = 6;
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", SkipsPerMinuteMax = 1 });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        for (var i = 0; i < Skips; i++)
        {
            studio.Run(1);
            tap.Shut();
            studio.Run(10);
            tap.Open();
            studio.Run(55);
        }

        Assert.Equal(Skips, listener.Heard.Notices.Count(static notice => notice.Kind == NoticeKind.Skipped));
        Assert.Equal(Reason.None, listener.ServerEnded);

        // A second one within the minute is one too many.
        tap.Shut();
        studio.Run(10);
        tap.Open();
        studio.Run(30);
        Assert.Equal(Reason.None, listener.ServerEnded);
        tap.Shut();
        studio.Run(10);
        tap.Open();
        studio.Run(1);
        Assert.Equal(Reason.LagTimeExceeded, listener.ServerEnded);
    }

    [Fact]
    [Requirement("AUD-7.2")]
    public void A_client_that_takes_nothing_at_all_is_ended_as_stalled()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", StallMax = TimeSpan.FromSeconds(10) });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        studio.Run(1);
        tap.Shut();
        studio.Run(60);
        Assert.Equal(Reason.SendStalled, listener.ServerEnded);
        Assert.Equal(1, studio.Station.Listeners.Closed[Reason.SendStalled]);
    }

    [Fact]
    [Requirement("AUD-7.4/others", "AUD-7.4/memory")]
    public void Stalled_clients_block_nobody_and_memory_does_not_grow_with_them()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", StallMax = TimeSpan.FromHours(1) });
        var listeners = Enumerable.Range(0, 20).Select(_ => studio.Listen()).ToArray();
        var taps = Enumerable.Range(0, 50).Select(_ => new Tap()).ToArray();
        foreach (var tap in taps)
        {
            studio.Run(0.1); // so that each stalls in a place of its own
            studio.Listen(s_patient, tap.On);
            studio.Run(0.1);
            tap.Shut();
        }

        studio.Run(60);
        var held = studio.Server.Engine.Leaks.Read();
        Assert.All(listeners, static one => Assert.Equal(0, one.Stats.Missing));
        Assert.All(listeners, static one => Assert.True(one.Stats.Chunks > 3000));

        // The ring holds some six seconds; each stalled send at most a batch, which lies in at most two segments of that size.
        Assert.InRange(held.Segments, 1, 40 + (50 * 2));
        Assert.True(studio.Station.Totals.AddsUp, studio.Station.Totals.ToString());
        foreach (var tap in taps)
        {
            tap.Open();
        }

        studio.Run(5);
    }

    [Fact]
    public void A_lagging_listener_of_a_station_that_ended_still_gets_what_came_after_a_break()
    {
        // Found by the simulator (audio, seed 254): the first break was taken for the end.
        using var studio = new AudioStudio(
            new Pattern(Pattern.Speech, frames: 3 * 48_000), limits: s_silent,
            options: new StationOptions { Name = "speech", LagMax = TimeSpan.FromSeconds(30), StallMax = TimeSpan.FromMinutes(10), OffAirAfter = TimeSpan.FromMilliseconds(100) });
        var tap = new Tap();
        var listener = studio.Listen(s_patient, tap.On);
        studio.Run(1);
        tap.Shut();
        studio.Run(1);
        studio.Source.Starve();
        studio.Run(1);
        studio.Source.Feed();
        studio.Run(5);
        Assert.Equal(Reason.Completed, studio.Station.Ended);
        tap.Open();
        studio.Run(5);
        Assert.Equal(["OffAir IdleTimeout", "OnAir None", "format s16, 48000 Hz, 1 channel", "title ", "audio", "OffAir Completed", "Closing StreamEnded"], listener.Heard.Log[^7..]);
        Assert.Equal(0, listener.Stats.Missing);
    }
}
