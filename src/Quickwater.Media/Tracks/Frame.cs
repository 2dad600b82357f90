using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// One frame of media: immutable once published, shared by counting references. Its payload is the one copy that is made between
/// the kernel and the hub. Thread-safe.
/// </summary>
public sealed class Frame : ISharedBytes
{
    private const int ObjectBytes = 256;
    private readonly Pool _pool;
    private PooledBytes? _payload;
    private int _references;

    private Frame(Pool pool) => _pool = pool;

    /// <summary>What it carries.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>What the hub must know of it.</summary>
    public FrameFlags Flags { get; private set; }

    /// <summary>The track within its kind; 0 where there is only one.</summary>
    public byte Track { get; private set; }

    /// <summary>All tracks of its kind that are in it: one message may carry several.</summary>
    public TrackSet Tracks { get; private set; }

    /// <summary>Which of its track's configurations it is, each kept by itself: 0 the decoder's, others what goes with it.</summary>
    public byte Slot { get; private set; }

    /// <summary>What tells the codecs of a kind apart, whatever the number means; 0 when that is not known.</summary>
    public uint Codec { get; private set; }

    /// <summary>The publisher's time in milliseconds, made 64 bits wide; the topic maps it to its own time line.</summary>
    public long SourceMilliseconds { get; private set; }

    /// <summary>The payload. Valid while a reference is held.</summary>
    public ReadOnlySpan<byte> Payload => _payload is { } bytes ? bytes.Span : default;

    /// <summary>The payload, backed by an array. Valid while a reference is held.</summary>
    public ReadOnlyMemory<byte> Memory => _payload is { } bytes ? bytes.Memory : default;

    /// <summary>Whether it is a <see cref="FrameFlags.Key"/>.</summary>
    public bool IsKey => (Flags & FrameFlags.Key) != 0;

    /// <summary>Whether it is a <see cref="FrameFlags.Config"/>.</summary>
    public bool IsConfig => (Flags & FrameFlags.Config) != 0;

    /// <summary>The memory it takes: its payload's array, and the objects round it.</summary>
    internal int BytesHeld => ObjectBytes + (_payload?.Capacity ?? 0);

    /// <inheritdoc/>
    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new InvalidOperationException("A frame was retained after its last release.");
        }
    }

    /// <inheritdoc/>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }

        if (left < 0 || _payload is not { } payload)
        {
            throw new InvalidOperationException("A frame was released more often than it was retained.");
        }

        _payload = null;
        payload.Release();
        _pool.Return(this);
    }

    /// <summary>Where frames come from and go back to; one for each server or test world. Thread-safe.</summary>
    /// <param name="leaks">Counts the living ones under <see cref="LeakCounters.Frames"/>.</param>
    /// <param name="keptMax">Idle objects kept at most.</param>
    public sealed class Pool(LeakCounters leaks, int keptMax = 1024)
    {
        private readonly FreeList<Frame> _idle = new(keptMax);

        /// <summary>Makes a frame with one reference, the caller's, and takes over the payload.</summary>
        public Frame Create(
            FrameKind kind, FrameFlags flags, long sourceMilliseconds, PooledBytes payload, byte track = 0, byte slot = 0, uint codec = 0, TrackSet tracks = default)
        {
            var frame = _idle.TryTake(out var idle) ? idle : new Frame(this);
            frame.Kind = kind;
            frame.Flags = flags;
            frame.Track = track;
            frame.Tracks = tracks == TrackSet.None ? TrackSet.Of(track) : tracks;
            frame.Slot = slot;
            frame.Codec = codec;
            frame.SourceMilliseconds = sourceMilliseconds;
            payload.HandOver();
            frame._payload = payload;
            Volatile.Write(ref frame._references, 1);
            leaks.Frames.Add();
            return frame;
        }

        internal void Return(Frame frame)
        {
            leaks.Frames.Remove();
            _idle.Give(frame);
        }
    }
}
