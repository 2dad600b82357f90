using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>Which tracks are there: sound that is away for 2 s is gone, pictures for 10 s; what comes rarely, after three times its pause.</summary>
public sealed class TrackWatchTests
{
    private TrackWatch _watch = new();

    [Fact]
    public void What_has_not_come_is_not_there()
    {
        Assert.Equal((false, false, Instant.Never), Presence);
        _watch.Note(FrameKind.Data, At(1));
        Assert.Equal((false, false, At(1)), Presence);
        _watch.Note(FrameKind.Audio, At(2));
        Assert.Equal((true, false, At(1)), Presence);
        _watch.Note(FrameKind.Video, At(3));
        Assert.Equal((true, true, At(1)), Presence);
    }

    [Theory]
    [InlineData(FrameKind.Audio, 2.0, 2.001)]
    [InlineData(FrameKind.Video, 10.0, 10.001)]
    public void A_track_is_gone_when_the_other_went_on_without_it_for_too_long(FrameKind kind, double there, double gone)
    {
        var other = kind == FrameKind.Audio ? FrameKind.Video : FrameKind.Audio;
        _watch.Note(kind, At(0));
        _watch.Note(other, At(there));
        Assert.True(IsThere(kind));
        _watch.Note(other, At(gone));
        Assert.False(IsThere(kind));
        _watch.Note(kind, At(gone));
        Assert.True(IsThere(kind));
    }

    [Theory]
    [InlineData(FrameKind.Audio, 1, 3)]
    [InlineData(FrameKind.Video, 5, 15)]
    public void What_comes_rarely_may_be_away_for_longer(FrameKind kind, double pause, double longest)
    {
        var other = kind == FrameKind.Audio ? FrameKind.Video : FrameKind.Audio;
        _watch.Note(kind, At(0));
        _watch.Note(kind, At(pause));
        _watch.Note(other, At(pause + longest));
        Assert.True(IsThere(kind));
        _watch.Note(other, At(pause + longest + 0.001));
        Assert.False(IsThere(kind));
    }

    private (bool Audio, bool Video, Instant Since) Presence
    {
        get
        {
            var (audio, video, since) = _watch.Presence;
            return (audio, video, since);
        }
    }

    private bool IsThere(FrameKind kind) => kind == FrameKind.Audio ? Presence.Audio : Presence.Video;

    private static Instant At(double seconds) => Instant.Zero + TimeSpan.FromSeconds(seconds);
}
