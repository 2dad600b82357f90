using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Media.Tests;

/// <summary>Several video tracks in one stream, each with keys of its own (Enhanced RTMP v2): what goes out of any of them decodes.</summary>
public sealed class VideoTracksTests : IDisposable
{
    private static readonly TrackSet s_main = TrackSet.Of(0);
    private static readonly TrackSet s_side = TrackSet.Of(1);
    private static readonly SubscribeOptions s_slow = new() { LagTimeMax = TimeSpan.FromSeconds(1) };

    private readonly Stage _stage = new();

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 200).Select(static seed => (ulong)seed)];

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void A_viewer_starts_at_a_key_of_the_main_track_and_gets_the_other_from_its_own_key_on()
    {
        Publish(FrameFlags.Key, 0, s_main);
        Publish(FrameFlags.Key, 0, s_side);
        var start = Publish(FrameFlags.Key, 40, s_main);
        Publish(FrameFlags.None, 40, s_side); // builds on a key that a viewer who starts here has not got
        var inter = Publish(FrameFlags.None, 80, s_main);
        var key = Publish(FrameFlags.Key, 80, s_side);
        var viewer = _stage.Join().ReadAll();
        var next = Publish(FrameFlags.None, 120, s_side);
        Assert.Equal([start, inter, key, next], viewer.ReadAll().Ids);
        Assert.Equal(1, viewer.Place.Drops.Read()[Reason.AwaitingKey]);
        Assert.Contains("side-track-before-key", _stage.Bench.Marks);
    }

    [Fact]
    public void A_key_of_another_track_opens_nothing_of_the_main_one()
    {
        var viewer = _stage.Join();
        Publish(FrameFlags.None, 0, s_main);
        Publish(FrameFlags.Key, 0, s_side);
        Publish(FrameFlags.None, 40, s_main);
        Assert.Empty(viewer.ReadAll().Ids);
        var key = Publish(FrameFlags.Key, 80, s_main);
        var inter = Publish(FrameFlags.None, 120, s_main);
        Assert.Equal([key, inter], viewer.ReadAll().Ids);
    }

    [Fact]
    public void After_a_drop_each_track_goes_on_at_its_own_key()
    {
        Publish(FrameFlags.Key, 0, s_main);
        Publish(FrameFlags.Key, 0, s_side);
        var viewer = _stage.Join(s_slow).ReadAll();
        var before = viewer.Frames.Count;
        for (var at = 40; at <= 2000; at += 40)
        {
            Publish(FrameFlags.None, at, s_main);
            Publish(FrameFlags.None, at, s_side);
        }

        var key = Publish(FrameFlags.Key, 2040, s_main);
        Publish(FrameFlags.None, 2040, s_side);
        var inter = Publish(FrameFlags.None, 2080, s_main);
        var side = Publish(FrameFlags.Key, 2080, s_side);
        Assert.Equal([key, inter, side], viewer.ReadAll().Ids.Skip(before));
    }

    [Fact]
    public void A_message_of_both_tracks_goes_with_the_main_one_and_only_its_key_opens_the_other()
    {
        Publish(FrameFlags.Key, 0, s_main);
        var viewer = _stage.Join().ReadAll();
        var before = viewer.Frames.Count;
        var both = Publish(FrameFlags.None, 40, s_main | s_side);
        Publish(FrameFlags.None, 60, s_side);
        var key = Publish(FrameFlags.Key, 80, s_main | s_side);
        var main = Publish(FrameFlags.None, 120, s_main);
        var side = Publish(FrameFlags.None, 120, s_side);
        Assert.Equal([both, key, main, side], viewer.ReadAll().Ids.Skip(before));
    }

    [Fact]
    public void A_stream_whose_only_track_has_another_number_starts_at_its_keys()
    {
        Publish(FrameFlags.Key, 0, TrackSet.Of(7));
        var latest = Publish(FrameFlags.Key, 40, TrackSet.Of(7));
        var inter = Publish(FrameFlags.None, 80, TrackSet.Of(7));
        Assert.Equal([latest, inter], _stage.Join().ReadAll().Ids);
    }

    [Fact]
    public void A_track_without_keys_beside_one_without_keys_goes_out_when_waiting_is_over()
    {
        var wait = (long)new HubLimits().KeyWaitMax.TotalMilliseconds;
        for (var at = 0L; at <= wait + 80; at += 40)
        {
            Publish(FrameFlags.None, at, s_main);
            Publish(FrameFlags.None, at, s_side);
        }

        var viewer = _stage.Join().ReadAll();
        var before = viewer.Frames.Count;
        var main = Publish(FrameFlags.None, wait + 120, s_main);
        var side = Publish(FrameFlags.None, wait + 120, s_side);
        Assert.Equal([main, side], viewer.ReadAll().Ids.Skip(before));
    }

    // The oracle knows nothing of gates: a picture that is no key needs the one before it of its track, the first if there are several.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_goes_out_of_any_track_has_got_what_it_builds_on(ulong seed)
    {
        var rng = new Rng(seed);
        var viewers = new List<Viewer>();
        for (var (step, ms) = (0, 0L); step < 400; step++)
        {
            if (rng.Chance(0.03))
            {
                viewers.Add(_stage.Join(rng.Chance(0.5) ? s_slow : null));
            }

            var tracks = TrackSet.Of(rng.Below(3)) | (rng.Chance(0.2) ? TrackSet.Of(rng.Below(3)) : TrackSet.None);
            Publish(rng.Chance(0.08) ? FrameFlags.Key : FrameFlags.None, ms += rng.Below(60), tracks);
            foreach (var viewer in viewers.Where(_ => rng.Chance(0.1)))
            {
                viewer.ReadAll(rng.Between(200, 5000));
            }
        }

        Assert.NotEmpty(viewers);
        Assert.All(viewers, viewer => ExpectDecodable(viewer.ReadAll()));
    }

    private void ExpectDecodable(Viewer viewer)
    {
        var got = viewer.Ids.ToHashSet();
        foreach (var picture in viewer.Ids.Select(id => _stage.Published[(int)id]).Where(static picture => !picture.IsKey))
        {
            var needed = _stage.Published.Take((int)picture.Id).LastOrDefault(before => before.Tracks.Covers(picture.Tracks.First));
            Assert.True(needed is not null && got.Contains(needed.Id), $"{picture} went out without {needed}");
        }
    }

    private long Publish(FrameFlags flags, long ms, TrackSet tracks) => _stage.Publish(FrameKind.Video, flags, ms, 50, tracks: tracks);
}
