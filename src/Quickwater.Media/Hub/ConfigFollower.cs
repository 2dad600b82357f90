using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// Which configurations a viewer has, which it must get before a frame, and what it does not get because it cannot decode it: audio from
/// before the configuration with which it joined, and kinds that were not announced to it. Under the topic's lock.
/// </summary>
internal struct ConfigFollower()
{
    private long _version = -1;
    private ConfigSet _joined = ConfigSet.Empty;
    private long _audioFrom = -1;
    private ConfigSet? _announced;
    private ConfigSet? _seen; // the latest that was looked at
    private long _announcedAt;
    private bool _hidesVideo;
    private bool _hidesAudio;

    /// <summary>For <see cref="ISession.Warm"/>.</summary>
    internal readonly long Version => _version;

    /// <summary>
    /// It starts at a place in the ring. A key frame of video may be older than the audio's configuration: then audio begins where that came
    /// into force, and the viewer is told of that one only.
    /// </summary>
    internal void Join(WireRing ring, long at, ConfigSet now)
    {
        _joined = now;
        _audioFrom = ring.SameFrom(at, FrameKind.Audio, now);
    }

    /// <summary>It joins at the live edge; what it has already, if it wants no configurations but those to come.</summary>
    internal void Join(ConfigSet? has) => _version = has?.Version ?? _version;

    /// <summary>Only these kinds were announced to it, with the codecs that they have now: see <see cref="Subscription.Announce"/>.</summary>
    internal void Announce(bool video, bool audio, ConfigSet now, long next)
    {
        (_hidesVideo, _hidesAudio, _announcedAt) = (!video, !audio, next);
        _announced = _seen = now;
    }

    /// <summary>Whether an entry that came after the announcement is of a kind, or begins a codec, that was not announced.</summary>
    internal bool IsUnannounced(in WireRing.Entry entry, long at)
    {
        if (_announced is not { } announced || at < _announcedAt || entry.IsEnd)
        {
            return false;
        }

        if (!entry.IsConfig && Hides(entry.Kind))
        {
            return true;
        }

        if (ReferenceEquals(entry.Config, _seen))
        {
            return false;
        }

        _seen = entry.Config;
        return (!_hidesVideo && announced.HasOtherCodec(entry.Config, FrameKind.Video))
            || (!_hidesAudio && announced.HasOtherCodec(entry.Config, FrameKind.Audio));
    }

    /// <summary>Whether nothing behind a place is left out for its configuration.</summary>
    internal readonly bool IsWhole(long at) => at >= _audioFrom;

    /// <summary>
    /// Whether an entry is left out: <see cref="Reason.None"/> when it is not wanted, else the reason for which it is dropped; null when it goes on.
    /// </summary>
    internal Reason? LeavesOut(WireRing ring, in WireRing.Entry entry, long at)
    {
        var outdated = entry.Kind == FrameKind.Audio && at < _audioFrom;
        if (!outdated && !Hides(entry.Kind))
        {
            return null;
        }

        if (IsNextChange(ring, entry, at))
        {
            _version = entry.Config.Version;
        }

        return outdated && !entry.IsConfig && !Hides(entry.Kind) ? Reason.FormatChanged : Reason.None;
    }

    /// <summary>
    /// What the viewer must have before an entry goes out; null when it has it. The next change in order goes as it stands in the ring; after a
    /// join or a drop the whole set goes first.
    /// </summary>
    internal ConfigSet? Missing(WireRing ring, in WireRing.Entry entry, long at)
    {
        if (entry.Config.Version == _version)
        {
            return null;
        }

        // A repeated one behind a skipped change has the same version: so only if it is the very change.
        var isNext = IsNextChange(ring, entry, at);
        _version = entry.Config.Version;
        if (isNext || entry.Config.Count == 0 || Mutants.SkippedConfig)
        {
            return null;
        }

        var set = at < _audioFrom ? entry.Config.WithKind(FrameKind.Audio, _joined) : entry.Config;
        set = _hidesVideo ? set.Without(FrameKind.Video) : set;
        return _hidesAudio ? set.Without(FrameKind.Audio) : set;
    }

    private readonly bool Hides(FrameKind kind) => kind switch
    {
        FrameKind.Video => _hidesVideo,
        FrameKind.Audio => _hidesAudio,
        _ => false,
    };

    // A change is a configuration, or a frame of another codec, with which configurations left.
    private readonly bool IsNextChange(WireRing ring, in WireRing.Entry entry, long at) =>
        entry.Config.Version == _version + 1 && at > ring.First && ring[at - 1].Config.Version == _version
        && (entry.IsConfig || (ring[at - 1].Epoch == entry.Epoch && !ring[at - 1].IsEnd));
}
