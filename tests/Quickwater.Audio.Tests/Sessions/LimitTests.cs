using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>Each limit with its reason, on virtual time.</summary>
public sealed class LimitTests
{
    private static readonly AudioClientOptions s_listening = new() { Station = "speech", Burst = TimeSpan.Zero };

    [Fact]
    [Requirement("AUD-6.2")]
    [Requirement("AUD-8.5")]
    public void One_client_too_many_is_refused_by_name_and_gets_in_when_another_leaves()
    {
        using var studio = new AudioStudio(clientsMax: 2);
        var first = studio.Listen();
        studio.Listen();
        studio.Run(1);
        var third = studio.Listen();
        studio.Run(1);
        Assert.Equal(Reason.TooManyConnections, third.Session.PeerReason);
        Assert.Equal(Reason.TooManyConnections, third.ServerEnded);
        first.Leave();
        studio.Run(1);
        var fourth = studio.Listen();
        studio.Run(1);
        Assert.True(fourth.Stats.Chunks > 40);
    }

    [Fact]
    [Requirement("AUD-6.2")]
    public void A_station_has_its_own_number_of_listeners()
    {
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", ListenersMax = 1 });
        studio.Listen();
        studio.Run(1);
        var second = studio.Listen();
        studio.Run(1);
        Assert.Equal(Reason.TooManySubscribers, second.Session.PeerReason);
        Assert.Equal(1, studio.Station.Listeners.Now);
    }

    [Fact]
    [Requirement("AUD-8.1")]
    [Requirement("AUD-8.5")]
    public void A_connection_lasts_as_long_as_it_may_and_is_told_why_it_ends()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { DurationMax = TimeSpan.FromSeconds(10) });
        var listener = studio.Listen();
        studio.Run(9.9);
        Assert.True(listener.IsOpen);
        studio.Run(0.2);
        Assert.Equal(Reason.DurationExceeded, listener.ServerEnded);
        Assert.Equal(new Notice(NoticeKind.Closing, Reason.DurationExceeded), listener.Heard.Notices[^1]);
        Assert.Equal(0, listener.Stats.Missing);
    }

    [Fact]
    [Requirement("AUD-8.5/half-open")]
    public void A_half_open_handshake_ends_at_its_time()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { HandshakeTimeout = TimeSpan.FromSeconds(3) });
        var silent = studio.Raw([]);
        var half = studio.Raw(AudioMessageWriter.ToArray(new Hello("speech", "slow"))[..9]);
        studio.Run(2.9);
        Assert.Equal((false, false), (silent.Served?.Over, half.Served?.Over));
        studio.Run(0.2);
        Assert.Equal((Reason.HandshakeTimeout, Reason.HandshakeTimeout), (silent.Served?.Ended, half.Served?.Ended));
        Assert.Equal(AudioMessageWriter.ToArray(new Refuse(Reason.HandshakeTimeout)), silent.Received.ToArray());
    }

    [Fact]
    [Requirement("AUD-8.5/slow-writes")]
    public void A_client_that_falls_silent_ends_at_its_time()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(5) });
        var mute = studio.Raw(AudioMessageWriter.ToArray(new Hello("speech", "mute")));
        studio.Run(4.9);
        Assert.False(mute.Served?.Over);
        studio.Run(0.3);
        Assert.Equal(Reason.IdleTimeout, mute.Served?.Ended);
    }

    [Fact]
    [Requirement("AUD-8.2")]
    [Requirement("AUD-8.5")]
    public void A_station_that_needs_more_than_a_client_may_get_is_refused()
    {
        // 48,000 samples of two bytes, and 50 headers of 20.
        const int Needed = 97_000;
        foreach (var (limit, why) in new[] { (Needed - 1, Reason.ByteRateExceeded), (Needed, Reason.None) })
        {
            using var studio = new AudioStudio(limits: new ConnectionLimits { SentBytesPerSecondMax = limit });
            studio.Run(1);
            var listener = studio.Listen();
            studio.Run(20);
            Assert.Equal(why, listener.Session.PeerReason);
            Assert.Equal(0, listener.Stats.Missing);
            Assert.True(why != Reason.None || listener.Heard.Chunks.Count > 900, "it hears all of it");
        }
    }

    [Fact]
    [Requirement("AUD-8.2")]
    public void A_burst_is_held_to_the_clients_bytes_a_second()
    {
        // 97 kB/s of speech with its headers, and room for 110: a second at once, then the rate.
        using var studio = new AudioStudio(limits: new ConnectionLimits { SentBytesPerSecondMax = 110_000 });
        studio.Run(10);
        var listener = studio.Listen(s_listening with { Burst = TimeSpan.FromSeconds(5) });
        for (var second = 1; second <= 30; second++)
        {
            studio.Run(1);
            Assert.InRange(listener.Stats.Bytes, 96_000 * second, 110_000 * (second + 1) + 4096);
        }

        Assert.Equal(0, listener.Stats.Missing);
    }

    [Fact]
    [Requirement("AUD-8.2")]
    [Requirement("AUD-8.5")]
    public void A_client_that_sends_too_much_is_ended()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { ReceivedBytesPerSecondMax = 2000 });
        var flood = studio.Raw(
            [.. AudioMessageWriter.ToArray(new Hello("speech", "flood")), .. Enumerable.Repeat(AudioMessageWriter.ToArray(new Ping(1, 2)), 1000).SelectMany(static one => one)]);
        studio.Run(5);
        Assert.Equal(Reason.ByteRateExceeded, flood.Served?.Ended);
    }

    [Fact]
    [Requirement("AUD-8.2")]
    public void A_client_that_asks_much_at_once_is_counted_once_for_what_it_sends()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { ReceivedBytesPerSecondMax = 2000 });
        byte[] pings = [.. Enumerable.Repeat(AudioMessageWriter.ToArray(new Ping(1, 2)), 100).SelectMany(static one => one)];
        var asks = studio.Raw([.. AudioMessageWriter.ToArray(new Hello("speech", "asks")), .. pings]); // 1600 bytes, of which 128 are answered at a time
        studio.Run(5);
        Assert.Equal(Reason.None, asks.Served?.Ended);
    }

    [Fact]
    [Requirement("AUD-8.3")]
    [Requirement("AUD-8.5/slow-reads")]
    public void Bytes_that_wait_for_a_client_are_bounded()
    {
        using var studio = new AudioStudio(
            options: new StationOptions { Name = "speech", LagMax = TimeSpan.FromMinutes(1), StallMax = TimeSpan.FromMinutes(10) },
            limits: new ConnectionLimits { PendingBytesMax = 200_000, IdleTimeout = TimeSpan.FromHours(1) });
        var tap = new Tap();
        var listener = studio.Listen(s_listening, tap.On);
        studio.Run(1);
        tap.Shut();
        studio.Run(20);
        tap.Open();
        studio.Run(5);
        var skipped = Assert.Single(listener.Heard.Notices, static notice => notice.Kind == NoticeKind.Skipped);
        Assert.Equal(Reason.LagBytesExceeded, skipped.Why);
        Assert.Equal(studio.Station.Listeners.Drops(studio.Station.Audience)[Reason.LagBytesExceeded], listener.Stats.Missing);
    }

    [Theory]
    [InlineData("474554202F20485454502F312E310D0A0D0A", Reason.WrongProtocol)] // GET / HTTP/1.1
    [InlineData("47", Reason.WrongProtocol)] // its first byte says as much
    [InlineData("0100000851574155020000", Reason.None)] // not whole yet
    [InlineData("010000085157415502000000", Reason.UnsupportedVersion)]
    [InlineData("010000085157415501000000", Reason.MalformedHandshake)]
    [InlineData("0A00000C000000010000000000000002", Reason.WrongProtocol)] // a ping before the hello
    [InlineData("01FFFFFF", Reason.WrongProtocol)]
    [Requirement("AUD-4.3")]
    [Requirement("AUD-8.5/garbage")]
    public void Garbage_is_refused_with_its_reason(string hex, Reason why)
    {
        using var studio = new AudioStudio();
        var raw = studio.Raw(Convert.FromHexString(hex));
        studio.Run(1);
        Assert.Equal(why, raw.Served?.Ended);
        if (why != Reason.None)
        {
            Assert.Equal(AudioMessageWriter.ToArray(new Refuse(why)), raw.Received.ToArray());
        }
    }

    [Fact]
    [Requirement("AUD-4.3")]
    [Requirement("AUD-8.5/oversized")]
    public void An_oversized_frame_after_the_hello_ends_the_connection_before_its_body_is_kept()
    {
        using var studio = new AudioStudio();
        var raw = studio.Raw([.. AudioMessageWriter.ToArray(new Hello("speech", "big")), 10, 0xFF, 0xFF, 0xFF, .. new byte[5000]]);
        studio.Run(2);
        Assert.Equal(Reason.MessageTooLarge, raw.Served?.Ended);
    }

    [Fact]
    [Requirement("AUD-8.5/garbage")]
    public void Random_bytes_from_many_peers_never_touch_a_listener()
    {
        using var studio = new AudioStudio(seed: 3);
        var listener = studio.Listen();
        studio.Run(1);
        var rng = new Rng(5);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[rng.Below(3000)];
            rng.Fill(bytes);
            byte[] hello = rng.Chance(0.5) ? AudioMessageWriter.ToArray(new Hello("speech", "noise")) : [];
            studio.Raw([.. hello, .. bytes], (RawManners)rng.Below(4));
        }

        studio.Run(100);
        Assert.Equal(0, listener.Stats.Missing);
        Assert.True(listener.Stats.Chunks > 5000);
        Assert.Equal(1, studio.Server.Engine.OpenCount);
    }
}
