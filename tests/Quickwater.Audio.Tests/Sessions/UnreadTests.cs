using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>Each limit with a peer that does not read: it ends at its time, and its places are free at once.</summary>
public sealed class UnreadTests
{
    private const int PeersMax = 3; // at once
    private const double ReadsSeconds = 1.0 / PeersMax; // for so long a peer reads before it stops
    private const double Stands = 1; // by this second all of them have stopped; soon after, when the link is full, nothing moves any more
    private const double Step = 0.1;
    private static readonly AudioClientOptions s_patient = new() { Station = "speech", Burst = TimeSpan.Zero, IdleTimeout = TimeSpan.FromHours(1) };
    private static readonly ConnectionLimits s_silent = new() { IdleTimeout = TimeSpan.FromHours(1) };

    [Fact]
    [Requirement("AUD-8.1", "AUD-8.5")]
    public void A_peer_that_does_not_read_lasts_no_longer_than_a_connection_may()
    {
        using var studio = new AudioStudio(limits: s_silent with { DurationMax = TimeSpan.FromSeconds(10) });
        Standing(studio);
        Assert.Equal((10, Reason.DurationExceeded), (Math.Round(UntilClosed(studio), 1), ClosedFor(studio)));
    }

    [Fact]
    [Requirement("AUD-7.2", "AUD-8.5")]
    public void A_peer_that_does_not_read_is_gone_when_its_send_has_stalled_for_as_long_as_it_may()
    {
        using var studio = new AudioStudio(limits: s_silent, options: new StationOptions { Name = "speech", StallMax = TimeSpan.FromSeconds(4) });
        Standing(studio);
        Assert.InRange(UntilClosed(studio), Stands + 4, Stands + 4 + 2);
        Assert.Equal(Reason.SendStalled, ClosedFor(studio));
    }

    [Fact]
    [Requirement("AUD-8.5")]
    public void A_peer_that_neither_reads_nor_answers_is_gone_when_its_silence_is_over()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(5) });
        Standing(studio);
        Assert.InRange(UntilClosed(studio), 5, Stands + 5 + 0.2);
        Assert.Equal(Reason.IdleTimeout, ClosedFor(studio));
    }

    [Fact]
    [Requirement("AUD-7.3", "AUD-8.5")]
    public void A_peer_that_may_not_lag_is_gone_when_it_does_and_not_when_it_reads_again()
    {
        using var studio = new AudioStudio(
            limits: s_silent, options: new StationOptions { Name = "speech", SkipsPerMinuteMax = 0, LagMax = TimeSpan.FromSeconds(4), StallMax = TimeSpan.FromMinutes(10) });
        Standing(studio);
        Assert.InRange(UntilClosed(studio), Stands + 4, Stands + 4 + 3);
        Assert.Equal(Reason.LagTimeExceeded, ClosedFor(studio));
    }

    [Fact]
    [Requirement("AUD-6.2", "AUD-8.5", "MED-9.9")]
    public void Peers_that_do_not_read_keep_a_good_one_out_until_their_limit_and_no_longer()
    {
        using var studio = new AudioStudio(clientsMax: PeersMax, limits: s_silent with { DurationMax = TimeSpan.FromSeconds(5) });
        for (var i = 0; i < PeersMax; i++)
        {
            Standing(studio);
        }

        studio.Run(4.8 - Stands);
        var early = studio.Listen();
        studio.Run(0.1);
        Assert.Equal(Reason.TooManyConnections, early.ServerEnded);
        studio.Run(0.2);
        var late = studio.Listen();
        studio.Run(1);
        Assert.True(late.Stats.Chunks > 40);
    }

    [Theory]
    [InlineData(200_000, 60)]
    [InlineData(8 << 20, 3)]
    [Requirement("AUD-7.1", "AUD-8.3", "AUD-8.5")]
    public void What_waits_for_a_peer_that_does_not_read_is_bounded_in_bytes_and_in_time_while_it_stands(int pendingBytesMax, int lagSecondsMax)
    {
        var options = new StationOptions { Name = "speech", LagMax = TimeSpan.FromSeconds(lagSecondsMax), StallMax = TimeSpan.FromMinutes(10) };
        using var studio = new AudioStudio(limits: s_silent with { PendingBytesMax = pendingBytesMax }, options: options);
        Standing(studio);
        var (bytes, seconds) = (0L, 0.0);
        for (var i = 0; i < 300; i++)
        {
            studio.Run(Step);
            var place = Assert.Single(studio.Station.Audience).Stats;
            (bytes, seconds) = (Math.Max(bytes, place.LagBytes), Math.Max(seconds, place.LagTime.TotalSeconds));
        }

        Assert.InRange(bytes, 1, pendingBytesMax * 5 / 4);
        Assert.InRange(seconds, 1, lagSecondsMax * 1.25);
        Assert.True(bytes > pendingBytesMax * 3 / 4 || seconds > lagSecondsMax * 0.75, "a bound was reached");
        Assert.True(studio.Station.Totals.AddsUp, studio.Station.Totals.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("AUD-8.4")]
    public void A_drain_ends_a_listener_that_lags_behind_what_there_was_although_the_station_plays_on(bool wav)
    {
        // 97 kB/s of speech with its headers and 110 that the listener may get: it comes nearer to the live edge by a seventh of a second in each.
        using var studio = new AudioStudio(limits: s_silent with { SentBytesPerSecondMax = 110_000 });
        studio.Run(10);
        var listener = wav ? null : studio.Listen(s_patient with { Burst = TimeSpan.FromSeconds(5) });
        var download = wav ? studio.Download() : null;
        studio.Run(0.5);
        var edge = Assert.Single(studio.Station.Audience).LiveEdge;
        var place = Assert.Single(studio.Station.Audience);
        studio.Server.Engine.Drain();
        studio.Run(6);
        Assert.Equal(Reason.Drained, listener?.ServerEnded ?? download?.ServerEnded);
        Assert.Equal(0, studio.Server.Engine.OpenCount);
        Assert.False(studio.Station.IsOver);
        Assert.True(place.HasPassed(edge), "it got all that there was");
        Assert.Equal(0, place.Stats.Dropped);
    }

    [Theory]
    [InlineData(0, Reason.PeerClosed)]
    [InlineData(1, Reason.TruncatedInput)]
    [InlineData(13, Reason.TruncatedInput)]
    [Requirement("AUD-4.3")]
    public void A_peer_that_finishes_within_a_message_is_not_called_orderly(int bytesOfThePing, Reason why)
    {
        using var studio = new AudioStudio();
        var raw = studio.Raw(
            [.. AudioMessageWriter.ToArray(new Hello("speech", "cut")), .. AudioMessageWriter.ToArray(new Ping(1, 2))[..bytesOfThePing]], RawManners.HalfClose);
        studio.Run(2);
        Assert.Equal(why, raw.Served?.Ended);
        Assert.Equal(1, studio.Station.Listeners.Closed[why]);
    }

    [Fact]
    [Requirement("AUD-6.2", "MED-9.9")]
    public void A_listener_that_the_hub_refuses_gives_its_places_back()
    {
        using var studio = new AudioStudio(
            clientsMax: 1, started: false, options: new StationOptions { Name = "speech", ListenersMax = 1 }, hub: static limits => limits with { WaitersMax = 1 });
        Assert.Equal(Reason.None, studio.Hub.Subscribe("other", PcmWireForm.Instance, new SubscribeOptions(), new Nobody(), Instant.Zero, out var other));
        for (var i = 0; i < 3; i++)
        {
            var refused = studio.Listen();
            studio.Run(1);
            Assert.Equal(Reason.TooManyWaiters, refused.ServerEnded);
            Assert.Equal((0, 0), (studio.Station.Listeners.Now, studio.Audio.Clients.Count));
        }

        other?.Dispose();
        studio.Stations.Start();
        var listener = studio.Listen();
        studio.Run(2);
        Assert.True(listener.Stats.Chunks > 40);
    }

    // A listener that reads for a third of a second, and then no more: so PeersMax of them, one after another, have stopped when Stands is over.
    private static void Standing(AudioStudio studio)
    {
        var tap = new Tap();
        studio.Listen(s_patient, tap.On);
        studio.Run(ReadsSeconds);
        tap.Shut();
    }

    // When the last connection of the server was gone, socket and all.
    private static double UntilClosed(AudioStudio studio)
    {
        var seconds = ReadsSeconds;
        for (; studio.Server.Engine.OpenCount > 0; seconds += Step)
        {
            Assert.True(seconds < 60, "it stays");
            studio.Run(Step);
        }

        Assert.Equal((0, 0), (studio.Station.Listeners.Now, studio.Audio.Clients.Count));
        return seconds;
    }

    private static Reason ClosedFor(AudioStudio studio) => Assert.Single(studio.Station.Listeners.Closed).Key;

    private sealed class Nobody : IMailbox
    {
        public void Wake()
        {
        }

        public bool Post(in Command command) => false;
    }
}
