using Quickwater.Core;

namespace Quickwater.Media.Tests;

/// <summary>One frame as it was published.</summary>
internal sealed record Published(long Id, FrameKind Kind, FrameFlags Flags, long Milliseconds, int Publication, TrackSet Tracks)
{
    internal bool IsKey => (Flags & FrameFlags.Key) != 0;

    internal bool IsConfig => (Flags & FrameFlags.Config) != 0;

    internal bool IsDisposable => (Flags & FrameFlags.Disposable) != 0;

    internal bool IsPicture => Kind == FrameKind.Video && !IsConfig;
}
