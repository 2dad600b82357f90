using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What a <see cref="Frame"/> carries.</summary>
public enum FrameKind : byte
{
    /// <summary>Sound.</summary>
    Audio,

    /// <summary>A picture.</summary>
    Video,

    /// <summary>Anything else that belongs to the time line: metadata, cue points, text.</summary>
    Data,
}

/// <summary>What the hub must know of a <see cref="Frame"/>, whatever its codec.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>An inter frame: it depends on the frames since the last key.</summary>
    None = 0,

    /// <summary>Decoding can start here.</summary>
    Key = 1,

    /// <summary>A decoder configuration or metadata: kept for those who join, never dropped.</summary>
    Config = 2,

    /// <summary>No other frame depends on it.</summary>
    Disposable = 4,

    /// <summary>A configuration that says nothing: it never takes the place of one of its codec that does.</summary>
    Empty = 8,

    /// <summary>It has nothing of the main video track, the one with the lowest id: nobody starts at its key. The topic says so, not the publisher.</summary>
    Side = 16,
}
