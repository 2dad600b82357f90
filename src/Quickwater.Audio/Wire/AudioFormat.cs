namespace Quickwater.Audio;

/// <summary>What a stream of PCM is made of. A sample frame is one sample of each channel, interleaved.</summary>
/// <param name="Encoding">How a sample is written.</param>
/// <param name="Channels">1 to <see cref="ChannelsMax"/>.</param>
/// <param name="Rate">Sample frames a second, <see cref="RateMin"/> to <see cref="RateMax"/>.</param>
public readonly record struct AudioFormat(AudioEncoding Encoding, int Channels, int Rate)
{
    /// <summary>Channels at most.</summary>
    public const int ChannelsMax = 64;

    /// <summary>Sample frames a second at least.</summary>
    public const int RateMin = 1000;

    /// <summary>Sample frames a second at most.</summary>
    public const int RateMax = 768_000;

    /// <summary>Whether every part is known and in its range.</summary>
    public bool IsValid =>
        Encoding is >= AudioEncoding.U8 and <= AudioEncoding.F32 && Channels is >= 1 and <= ChannelsMax && Rate is >= RateMin and <= RateMax;

    /// <summary>Bytes of one sample.</summary>
    public int BytesPerSample => Encoding switch
    {
        AudioEncoding.None => 0,
        AudioEncoding.U8 => 1,
        AudioEncoding.S16 => 2,
        AudioEncoding.S24 => 3,
        _ => 4,
    };

    /// <summary>Bytes of one sample frame.</summary>
    public int BytesPerFrame => BytesPerSample * Channels;

    /// <summary>Bytes of one second.</summary>
    public long BytesPerSecond => (long)BytesPerFrame * Rate;

    /// <summary>The time that so many sample frames take, rounded down to 100 ns. Exact for a century at any rate.</summary>
    public TimeSpan TimeOf(long frames) => new((long)((Int128)frames * TimeSpan.TicksPerSecond / Rate));

    /// <summary>The whole sample frames in a time, at least 1.</summary>
    public int FramesIn(TimeSpan time) => (int)Math.Clamp((long)((Int128)time.Ticks * Rate / TimeSpan.TicksPerSecond), 1, int.MaxValue);

    /// <inheritdoc/>
    public override string ToString() => $"{Encoding.ToString().ToLowerInvariant()}, {Rate} Hz, {Channels} channel{(Channels == 1 ? "" : "s")}";
}
