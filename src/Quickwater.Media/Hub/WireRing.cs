using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// One topic's frames, encoded once in one wire form, for all viewers of that form: bytes in segments, and an index of frames. A viewer is
/// only a cursor into it. Everything here happens under the topic's lock.
/// </summary>
/// <remarks>
/// <code>
///   index     First                     LatestKey                Next
///             │ A V A V V A V A V │ END │ K A V V A V V A V │ ...
///   segments  [ 4 KiB ][ 8 KiB ... ][ 256 KiB              ][ 256 KiB   used ►        ]
/// </code>
/// A frame lies whole in one segment, so frames one behind the other are one slice.
/// </remarks>
internal sealed class WireRing
{
    private const int SegmentBytesMin = 4 * 1024;
    private const int EntryBytes = 128; // the index's share of a frame, so that many tiny frames count for what they are

    private readonly Segment.Pool _segments;
    private readonly HubLimits _limits;
    private readonly int _segmentBytesMax;
    private readonly List<RingCursor> _waiters = [];
    private Entry[] _entries = new Entry[64];
    private Segment? _tail;
    private int _nextSegmentBytes = SegmentBytesMin;

    internal WireRing(IWireForm form, Segment.Pool segments, HubLimits limits)
    {
        Form = form;
        _segments = segments;
        _limits = limits;
        _segmentBytesMax = (int)Math.Min(limits.SegmentBytesMax, limits.TopicBytesMax / 8);
    }

    internal IWireForm Form { get; }

    /// <summary>Sequence number of the oldest frame held.</summary>
    internal long First { get; private set; }

    /// <summary>Sequence number the next frame will get.</summary>
    internal long Next { get; private set; }

    /// <summary>The latest frame at which a viewer can start, or -1.</summary>
    internal long LatestKey { get; private set; } = -1;

    /// <summary>Encoded bytes since the ring was made, up to the live edge.</summary>
    internal long EndPosition { get; private set; }

    /// <summary>Frames since the ring was made.</summary>
    internal Tally Total { get; private set; }

    internal int Subscribers { get; set; }

    /// <summary>Memory of the segments and of the index in use.</summary>
    internal long BytesHeld { get; private set; }

    internal ref Entry this[long sequence] => ref _entries[(int)(sequence & (_entries.Length - 1))];

    /// <summary>Frames before a place that is held, or before the live edge.</summary>
    internal Tally Before(long sequence) => sequence == Next ? Total : this[sequence].Before;

    /// <summary>How far a place is behind the live edge, when the stream's own clock, in milliseconds, stands so.</summary>
    internal Lag LagAt(long sequence, long clock) => sequence == Next
        ? default
        : new Lag(TimeSpan.FromMilliseconds(clock - this[sequence].Clock), EndPosition - this[sequence].Position);

    /// <summary>Encodes a frame behind the last one.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="flags">What the hub must know of it.</param>
    /// <param name="time">Its media time.</param>
    /// <param name="clock">The stream's own clock at it, in milliseconds.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="config">The configurations in force at it.</param>
    /// <param name="epoch">Its publication.</param>
    /// <param name="tracks">The tracks that are in it.</param>
    internal void Append(
        FrameKind kind, FrameFlags flags, MediaTime time, long clock, ReadOnlySpan<byte> payload, ConfigSet config, int epoch, TrackSet tracks)
    {
        var length = Form.Measure(kind, flags, time, payload);
        if (length == 0)
        {
            return;
        }

        var segment = TailWithRoom(length, out var rented);
        var offset = segment.Used;
        Form.Encode(kind, flags, time, payload, segment.Span(offset, length));
        segment.Used = offset + length;
        if ((flags & (FrameFlags.Key | FrameFlags.Side)) == FrameFlags.Key)
        {
            LatestKey = Next;
        }

        Add(new Entry
        {
            Segment = segment, Offset = offset, Length = length, Position = EndPosition, Time = time, Clock = clock,
            Held = rented + EntryBytes, Kind = kind, Flags = flags, Config = config, Epoch = epoch,
            Builds = kind == FrameKind.Video && (flags & FrameFlags.Config) == 0 ? tracks : TrackSet.None,
        });
        EndPosition += length;
        Total = Total.Plus(kind);
    }

    /// <summary>Marks the end of a publication. Nobody starts before it any more.</summary>
    internal void AppendEnd(MediaTime time, long clock, Reason why, ConfigSet config, int epoch)
    {
        Add(new Entry
        {
            Position = EndPosition, Time = time, Clock = clock, Held = EntryBytes, EndReason = why, Config = config, Epoch = epoch,
        });
        LatestKey = -1;
    }

    /// <summary>
    /// The earliest key of this publication that is no further behind the live edge than that, or else the latest; -1 if there is none. Of the same
    /// video as the latest: there is no need to begin with what is about to change.
    /// </summary>
    internal long KeyWithin(TimeSpan behind, long clock)
    {
        var found = LatestKey;
        var config = found >= 0 ? this[found].Config : ConfigSet.Empty;
        for (var at = found - 1; at >= First && !this[at].IsEnd && LagAt(at, clock).Time <= behind; at--)
        {
            if (config.Breaks(this[at].Config, FrameKind.Video))
            {
                break;
            }

            found = this[at].IsKey ? at : found;
        }

        return found;
    }

    /// <summary>The first place, at or behind one, from which on frames of a kind decode with the configurations in force now.</summary>
    internal long SameFrom(long from, FrameKind kind, ConfigSet now)
    {
        if (!now.Breaks(this[from].Config, kind))
        {
            return from;
        }

        var at = Next;
        while (at > from && !now.Breaks(this[at - 1].Config, kind))
        {
            at--;
        }

        return at;
    }

    /// <summary>Nobody starts before this any more: the video's configuration is another from here on.</summary>
    internal void ForgetKey() => LatestKey = -1;

    /// <summary>Lets go of what neither a joiner nor a viewer within its bounds can want, and of what the topic's bytes have no room for.</summary>
    /// <param name="clock">The stream's own clock now, in milliseconds.</param>
    /// <param name="bytesMax">What it may hold.</param>
    internal void Trim(long clock, long bytesMax)
    {
        if (LatestKey >= 0 && clock - this[LatestKey].Clock > _limits.ReplayMax.TotalMilliseconds)
        {
            LatestKey = -1;
        }

        var keep = LatestKey >= 0 ? LatestKey : Next;
        while (First < keep && First < Next - 1 && clock - this[First].Clock > _limits.RetainMax.TotalMilliseconds)
        {
            DropFirst();
        }

        while (First < Next - 1 && BytesHeld > bytesMax)
        {
            DropFirst();
        }

        if (LatestKey >= 0 && LatestKey < First)
        {
            LatestKey = -1;
        }
    }

    /// <summary>The latest frame at which a viewer can start, unless it is further behind the live edge than that; else -1.</summary>
    internal long NearKey(long clock, TimeSpan behindMax) =>
        LatestKey >= 0 && LagAt(LatestKey, clock).Time <= behindMax ? LatestKey : -1;

    /// <summary>The latest key, if it lies within a stretch of the ring and is near enough to the live edge; else the stretch's end.</summary>
    internal long KeyBetween(long from, long to, long clock, TimeSpan behindMax) =>
        NearKey(clock, behindMax) is var key && key >= from && key < to ? key : to;

    /// <summary>
    /// How many bytes of whole frames of the same publication and configurations lie directly behind an entry in its segment; the cursor
    /// moves behind them.
    /// </summary>
    /// <param name="cursor">The place behind the entry.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="room">Bytes at most.</param>
    /// <param name="until">On the stream's own clock, where it stops.</param>
    /// <param name="open">The video tracks that go on without a look.</param>
    internal int Slice(ref long cursor, in Entry entry, int room, long until, TrackSet open)
    {
        var bytes = 0;
        var end = entry.Offset + entry.Length;
        while (cursor < Next)
        {
            ref var next = ref this[cursor];
            if (!ReferenceEquals(next.Segment, entry.Segment) || next.Offset != end || next.Length > room - bytes
                || next.Epoch != entry.Epoch || !ReferenceEquals(next.Config, entry.Config) || next.Clock > until || !open.Covers(next.Builds))
            {
                break;
            }

            bytes += next.Length;
            end += next.Length;
            cursor++;
        }

        return bytes;
    }

    /// <summary>Remembers a viewer that has everything, to be woken when there is more.</summary>
    internal void Wait(RingCursor cursor)
    {
        if (!cursor.IsWaiting)
        {
            cursor.IsWaiting = true;
            _waiters.Add(cursor);
        }
    }

    internal void Forget(RingCursor cursor) => _waiters.Remove(cursor);

    /// <summary>
    /// Moves the mailboxes of those who wait for the longest time to the end of the list, so that they can be woken without the lock: as many as that part of
    /// all subscribers.
    /// </summary>
    internal void TakeWaiters(List<IMailbox> woken, double part)
    {
        // Of all, not of those who wait: however many have a send under way, the others do not wait longer for it.
        var count = (int)Math.Min(_waiters.Count, Math.Ceiling(Subscribers * part));
        foreach (var waiter in CollectionsMarshal.AsSpan(_waiters)[..count])
        {
            waiter.IsWaiting = false;
            woken.Add(waiter.Mailbox);
        }

        _waiters.RemoveRange(0, count);
    }

    /// <summary>Gives all memory back; segments of sends in flight follow when those complete.</summary>
    internal void Free()
    {
        while (First < Next)
        {
            DropFirst();
        }

        _tail?.Release();
        _tail = null;
        _waiters.Clear();
    }

    private Segment TailWithRoom(int length, out int rented)
    {
        rented = 0;
        if (_tail is not null && _tail.Capacity - _tail.Used >= length)
        {
            return _tail;
        }

        _tail?.Release();
        _tail = _segments.Rent(Math.Max(_nextSegmentBytes, length));
        rented = _tail.Capacity;
        _nextSegmentBytes = Math.Min(_nextSegmentBytes * 2, _segmentBytesMax);
        return _tail;
    }

    // The index holds one reference for each frame, the tail one of its own: no special case for the last frame of a segment.
    private void Add(Entry entry)
    {
        entry.Before = Total;
        BytesHeld += entry.Held;
        if (Next - First == _entries.Length)
        {
            var larger = new Entry[_entries.Length * 2];
            for (var sequence = First; sequence < Next; sequence++)
            {
                larger[(int)(sequence & (larger.Length - 1))] = this[sequence];
            }

            _entries = larger;
        }

        entry.Segment?.Retain();
        this[Next++] = entry;
    }

    private void DropFirst()
    {
        ref var first = ref this[First];
        BytesHeld -= first.Held;
        first.Segment?.Release();
        first = default;
        First++;
    }

    /// <summary>One frame in the ring, or (without a segment) the end of a publication.</summary>
    internal struct Entry
    {
        internal Segment? Segment;
        internal int Offset;
        internal int Length;
        internal long Position;
        internal MediaTime Time;
        internal long Clock;
        internal int Held; // memory that goes with it: its share of the index, and the segment that it is the first of
        internal Tally Before;
        internal ConfigSet Config;
        internal int Epoch;
        internal TrackSet Builds; // video tracks of which a viewer must have a key before it, or with it
        internal FrameKind Kind;
        internal FrameFlags Flags;
        internal Reason EndReason;

        internal readonly bool IsEnd => Segment is null;

        internal readonly bool IsKey => (Flags & (FrameFlags.Key | FrameFlags.Side)) == FrameFlags.Key;

        internal readonly bool OpensTracks => (Flags & FrameFlags.Key) != 0;

        internal readonly bool IsConfig => (Flags & FrameFlags.Config) != 0;

        internal readonly bool IsDisposable => (Flags & FrameFlags.Disposable) != 0;
    }
}
