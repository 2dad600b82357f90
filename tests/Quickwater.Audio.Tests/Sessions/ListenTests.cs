using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

public sealed class ListenTests
{
    [Fact]
    [Requirement("AUD-5.6")]
    [Requirement("AUD-5.2")]
    public void A_client_that_keeps_up_gets_the_source_without_gap_or_repeat()
    {
        using var studio = new AudioStudio(faults: Faults.None with
        {
            PartialReceive = 0.5, PendingReceive = 0.5, PendingSend = 0.3, Split = 0.3, LatencyMax = TimeSpan.FromMilliseconds(40),
        });
        var listener = studio.Listen();
        studio.Run(10);
        var from = listener.Heard.Chunks[0].Sequence * 1920;
        Assert.True(listener.Heard.Samples.Count > 9 * 96_000);
        Assert.Equal(Pattern.Bytes(from, listener.Heard.Samples.Count), listener.Heard.Samples);
        Assert.Equal(0, listener.Stats.Missing);
        Assert.Equal(0, listener.Stats.Repeated);
    }

    [Fact]
    [Requirement("AUD-5.5/format")]
    public void A_late_joiner_gets_the_format_first_then_its_burst_then_live_audio()
    {
        using var studio = new AudioStudio();
        studio.Run(10.001);
        var listener = studio.Listen(new AudioClientOptions { Station = "speech", Burst = TimeSpan.FromSeconds(2) });
        studio.Run(0.010);
        Assert.Equal(["accept", "format s16, 48000 Hz, 1 channel", "title ", "audio"], listener.Heard.Log);
        Assert.Equal(101, listener.Heard.Chunks.Count); // two seconds and the chunk at the edge
        Assert.Equal(500, listener.Heard.Chunks[^1].Sequence);
        Assert.Equal(2000, listener.Heard.Welcome?.BurstMilliseconds);
        studio.Run(1);
        Assert.Equal(151, listener.Heard.Chunks.Count);
        Assert.Equal(Pattern.Bytes(400 * 1920, 151 * 1920), listener.Heard.Samples);
    }

    [Fact]
    [Requirement("AUD-5.5/burst")]
    public void The_burst_is_the_stations_by_default_and_bounded_by_it()
    {
        var options = new StationOptions { Name = "speech", Burst = TimeSpan.FromMilliseconds(300), BurstMax = TimeSpan.FromSeconds(1) };
        using var studio = new AudioStudio(options: options);
        studio.Run(10.001);
        var standard = studio.Listen(new AudioClientOptions { Station = "speech" });
        var greedy = studio.Listen(new AudioClientOptions { Station = "speech", Burst = TimeSpan.FromSeconds(50) });
        var live = studio.Listen(new AudioClientOptions { Station = "speech", Burst = TimeSpan.Zero });
        studio.Run(0.010);
        Assert.Equal((16, 51, 0), (standard.Heard.Chunks.Count, greedy.Heard.Chunks.Count, live.Heard.Chunks.Count));
        studio.Run(0.020);
        Assert.Single(live.Heard.Chunks);
    }

    [Fact]
    [Requirement("AUD-6.1")]
    [Requirement("AUD-6.3")]
    public void One_clients_fault_touches_no_other()
    {
        using var studio = new AudioStudio();
        var stays = studio.Listen();
        var faulty = Enumerable.Range(0, 20).Select(_ => studio.Listen()).ToArray();
        studio.Run(1);
        Assert.Equal(21, studio.Station.Listeners.Now);
        foreach (var one in faulty)
        {
            one.Pair.Client.Transport.Abort();
        }

        studio.Run(1);
        Assert.Equal(1, studio.Station.Listeners.Now);
        Assert.Equal(20, studio.Station.Listeners.Closed[Reason.ConnectionReset]);
        Assert.Equal(0, stays.Stats.Missing);
        Assert.True(stays.Stats.Chunks > 95);
    }

    [Fact]
    public void The_list_names_all_stations()
    {
        using var studio = new AudioStudio();
        studio.Listen();
        studio.Run(1);
        var asking = studio.Listen(new AudioClientOptions { ListsStations = true });
        studio.Run(1);
        Assert.Equal([new StationEntry("speech", "", Pattern.Speech, 1, true)], asking.Heard.Stations ?? []);
        Assert.Equal(Reason.Completed, asking.Ended);
    }

    [Theory]
    [InlineData("nowhere", Reason.StreamNotFound)]
    [InlineData("a b", Reason.InvalidName)]
    public void A_station_that_is_not_there_is_refused_by_name(string station, Reason why)
    {
        using var studio = new AudioStudio();
        var listener = studio.Listen(new AudioClientOptions { Station = station });
        studio.Run(1);
        Assert.Equal(Reason.RefusedByPeer, listener.Ended);
        Assert.Equal(why, listener.Session.PeerReason);
        Assert.Equal(why, listener.ServerEnded);
    }

    [Fact]
    [Requirement("AUD-8.4")]
    public void A_drain_tells_every_listener_and_delivers_what_was_published()
    {
        using var studio = new AudioStudio();
        var listener = studio.Listen();
        studio.Run(2);
        studio.Server.Engine.Drain();
        studio.Run(1);
        Assert.Equal(Reason.Drained, listener.ServerEnded);
        Assert.Equal(["Draining Drained", "Closing Drained"], listener.Heard.Log[^2..]);
        Assert.Equal(Reason.PeerClosed, listener.Ended);
        Assert.Equal(Reason.Drained, listener.Session.PeerReason);
        Assert.Equal(studio.Station.Totals.Offered, studio.Station.Totals.Delivered);
    }

    [Fact]
    public void An_operator_who_ends_a_listener_is_named_as_the_reason()
    {
        using var studio = new AudioStudio();
        var listener = studio.Listen();
        studio.Run(1);
        listener.Pair.Server?.Connection?.Post(Command.Kick(Reason.Kicked));
        studio.Run(1);
        Assert.Equal("Closing Kicked", listener.Heard.Log[^1]);
        Assert.Equal(1, studio.Station.Listeners.Closed[Reason.Kicked]);
    }

    [Fact]
    public void A_quiet_connection_is_kept_alive_by_pings()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(4) });
        var listener = studio.Listen();
        studio.Run(60);
        Assert.True(listener.IsOpen);
    }

    [Fact]
    [Requirement("AUD-5.5")]
    public void A_listener_of_a_station_that_is_off_the_air_waits_for_it()
    {
        var source = new Pattern(Pattern.Speech);
        source.Starve();
        using var studio = new AudioStudio(source);
        var listener = studio.Listen();
        studio.Run(3);
        Assert.Equal(["accept", "OffAir None"], listener.Heard.Log);
        source.Feed();
        studio.Run(3);
        Assert.Equal(["accept", "OffAir None", "OnAir None", "format s16, 48000 Hz, 1 channel", "title ", "audio"], listener.Heard.Log);
        Assert.Equal(Pattern.Bytes(0, listener.Heard.Samples.Count), listener.Heard.Samples);
    }
}
