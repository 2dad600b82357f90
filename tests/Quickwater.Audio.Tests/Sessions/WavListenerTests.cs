using Quickwater.Core;
using Quickwater.Sim;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>Stations as WAV without end, for players that speak HTTP; on virtual time.</summary>
public sealed class WavListenerTests
{
    private const int ChunkBytes = 1920;

    private static readonly StationOptions s_patient = new()
    {
        Name = "speech", LagMax = TimeSpan.FromMinutes(5), StallMax = TimeSpan.FromMinutes(10), OffAirAfter = TimeSpan.FromMilliseconds(500),
    };

    [Fact]
    [Requirement("AUD-5.6", "AUD-2.2")]
    public void A_listener_gets_a_header_without_end_and_then_the_source_sample_for_sample()
    {
        using var studio = new AudioStudio(faults: Faults.None with
        {
            PartialReceive = 0.5, PendingReceive = 0.5, PendingSend = 0.3, Split = 0.3, LatencyMax = TimeSpan.FromMilliseconds(40),
        });
        studio.Run(3);
        var listener = studio.Download();
        studio.Run(10);
        Assert.Equal(Download.Header(Pattern.Speech), listener.Body.Take(44));
        AssertIsSource(listener.Samples(Pattern.Speech), least: 9 * 96_000);
        Assert.True(listener.IsOpen);
    }

    [Theory]
    [InlineData(AudioEncoding.U8, 1, 8000, 44)]
    [InlineData(AudioEncoding.S16, 2, 44_100, 44)]
    [InlineData(AudioEncoding.S24, 2, 48_000, 68)]
    [InlineData(AudioEncoding.S32, 6, 48_000, 68)]
    [InlineData(AudioEncoding.F32, 1, 96_000, 68)]
    public void Every_format_has_its_header_and_its_samples_untouched(AudioEncoding encoding, int channels, int rate, int headerBytes)
    {
        var format = new AudioFormat(encoding, channels, rate);
        using var studio = new AudioStudio(new Pattern(format));
        var listener = studio.Download();
        studio.Run(3);
        var header = Download.Header(format);
        Assert.Equal(headerBytes, header.Length);
        Assert.Equal(header, listener.Body.Take(headerBytes));
        var samples = listener.Samples(format);
        Assert.Equal(Pattern.Bytes(0, samples.Length), samples);
        Assert.Equal(0, samples.Length % format.BytesPerFrame);
        Assert.True(samples.Length > format.BytesPerSecond * 2);
    }

    [Fact]
    [Requirement("AUD-5.5/format")]
    public void A_late_joiner_gets_the_header_then_the_burst_then_live_audio()
    {
        using var studio = new AudioStudio(options: new StationOptions { Name = "speech", Burst = TimeSpan.FromSeconds(2) });
        studio.Run(10.001);
        var listener = studio.Download();
        studio.Run(0.010);
        Assert.Equal(Pattern.Bytes(400 * ChunkBytes, 101 * ChunkBytes), listener.Samples(Pattern.Speech)); // two seconds and the chunk at the edge
        studio.Run(1);
        Assert.Equal(Pattern.Bytes(400 * ChunkBytes, 151 * ChunkBytes), listener.Samples(Pattern.Speech));
    }

    [Fact]
    public void Where_the_format_changes_the_response_ends_with_the_last_sample_before_it()
    {
        var source = new Pattern(Pattern.Speech).ChangeAt(300_000, new AudioFormat(AudioEncoding.S16, 2, 44_100), "other");
        using var studio = new AudioStudio(source);
        var listener = studio.Download();
        var other = studio.Listen();
        studio.Run(10);
        Assert.Equal(Pattern.Bytes(0, 300_000), listener.Samples(Pattern.Speech));
        Assert.True(listener.IsWhole);
        Assert.Equal(Reason.FormatChanged, listener.ServerEnded);
        Assert.Equal(1, studio.Station.Listeners.Closed[Reason.FormatChanged]);
        Assert.True(other.IsOpen, "the audio protocol goes on in the other format");

        // Who asks again gets the other format from its first sample on.
        var again = studio.Download();
        studio.Run(1);
        Assert.Equal(Download.Header(new AudioFormat(AudioEncoding.S16, 2, 44_100)), again.Body.Take(44));
    }

    [Fact]
    public void A_break_of_the_station_is_silence_on_the_wire_and_no_second_header()
    {
        using var studio = new AudioStudio(options: s_patient);
        var listener = studio.Download(offAirMax: TimeSpan.FromSeconds(10));
        studio.Run(2);
        studio.Source.Starve();
        studio.Run(8);
        Assert.False(studio.Station.IsLive);
        studio.Source.Feed();
        studio.Run(2);
        Assert.True(listener.IsOpen);
        AssertIsSource(listener.Samples(Pattern.Speech), least: 3 * 96_000);
    }

    [Fact]
    public void A_station_that_stays_off_the_air_ends_the_response_in_order()
    {
        using var studio = new AudioStudio(options: s_patient);
        var listener = studio.Download(offAirMax: TimeSpan.FromSeconds(10));
        studio.Run(2);
        studio.Source.Starve();
        studio.Run(9);
        Assert.True(listener.IsOpen);
        studio.Run(3);
        Assert.True(listener.IsWhole);
        Assert.Equal(Reason.StreamOffAir, listener.ServerEnded);
    }

    [Fact]
    public void Who_comes_while_the_station_is_off_the_air_waits_for_it_so_long_and_gets_nothing_else()
    {
        var source = new Pattern(Pattern.Speech);
        source.Starve();
        using var studio = new AudioStudio(source, s_patient);
        var patient = studio.Download(offAirMax: TimeSpan.FromSeconds(10));
        var hasty = studio.Download(offAirMax: TimeSpan.FromSeconds(1));
        studio.Run(5);
        Assert.Equal((Reason.StreamOffAir, 0), (hasty.ServerEnded, hasty.Body.Count));
        source.Feed();
        studio.Run(3);
        AssertIsSource(patient.Samples(Pattern.Speech), least: 96_000);
    }

    [Fact]
    public void A_source_that_ends_gives_all_its_samples_first_and_nobody_gets_in_afterwards()
    {
        using var studio = new AudioStudio(new Pattern(Pattern.Speech, frames: 100_001), s_patient);
        var listener = studio.Download();
        studio.Run(5);
        Assert.Equal(Pattern.Bytes(0, 200_002), listener.Samples(Pattern.Speech));
        Assert.Equal((true, Reason.StreamEnded), (listener.IsWhole, listener.ServerEnded));
        var late = studio.Download();
        studio.Run(1);
        Assert.Equal((Reason.StreamEnded, 0), (late.ServerEnded, late.Body.Count));
    }

    [Fact]
    [Requirement("AUD-8.4")]
    public void A_drain_ends_it_behind_everything_that_was_published()
    {
        using var studio = new AudioStudio(faults: Faults.None with { PendingSend = 0.5, LatencyMax = TimeSpan.FromMilliseconds(100) });
        var listener = studio.Download();
        studio.Run(5.005);
        var published = studio.Station.Stats.Bytes;
        studio.Server.Drain(TimeSpan.FromMinutes(1));
        studio.Run(2);
        Assert.Equal((true, Reason.Drained), (listener.IsWhole, listener.ServerEnded));
        var samples = listener.Samples(Pattern.Speech);
        Assert.InRange(samples.Length, published, published + ChunkBytes);
        AssertIsSource(samples, least: 4 * 96_000);
    }

    [Fact]
    public void Who_only_listens_is_never_idle()
    {
        using var studio = new AudioStudio(limits: new ConnectionLimits { IdleTimeout = TimeSpan.FromSeconds(5) });
        var listener = studio.Download();
        studio.Run(60);
        Assert.True(listener.IsOpen);
        AssertIsSource(listener.Samples(Pattern.Speech), least: 59 * 96_000);
    }

    // So many bytes of the source in one piece, from a chunk's beginning on.
    private static void AssertIsSource(byte[] samples, int least)
    {
        Assert.True(samples.Length >= least, $"{samples.Length} bytes came, not {least}");
        Assert.Equal(0, samples.Length % 2);
        Assert.Contains(
            Enumerable.Range(0, 1000), chunk => samples.AsSpan().SequenceEqual(Pattern.Bytes(chunk * (long)ChunkBytes, samples.Length)));
    }
}
