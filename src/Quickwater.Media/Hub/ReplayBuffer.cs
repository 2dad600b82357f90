using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// The frames from which a new ring is made: whole GOPs, at least <see cref="HubLimits.ReplayMin"/> of them, keys indexed. Under the
/// topic's lock.
/// </summary>
internal sealed class ReplayBuffer(HubLimits limits)
{
    private readonly Queue<Item> _items = new();
    private readonly Queue<(long Sequence, long Clock)> _keys = new();
    private long _first;
    private long _next;

    /// <summary>Memory of the frames held.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The stream's own clock at the oldest key held, in milliseconds, if there is one.</summary>
    internal long? Oldest => _keys.TryPeek(out var key) ? key.Clock : null;

    internal void Add(Frame frame, FrameFlags flags, MediaTime time, long clock, ConfigSet config, long bytesMax)
    {
        var key = (flags & (FrameFlags.Key | FrameFlags.Side)) == FrameFlags.Key;
        if (key)
        {
            _keys.Enqueue((_next, clock));
        }
        else if (_keys.Count == 0)
        {
            return; // nothing can start here
        }

        frame.Retain();
        _items.Enqueue(new Item(frame, flags, time, clock, config));
        _next++;
        Bytes += frame.BytesHeld;
        if (key)
        {
            DropOldGops(clock);
        }

        // Without pictures every sound is a key, so one group may be little.
        while (_keys.TryPeek(out var oldest) && (Bytes > bytesMax || clock - oldest.Clock > limits.ReplayMax.TotalMilliseconds))
        {
            DropOldGops(clock, atLeastOne: true);
        }
    }

    internal void CopyTo(WireRing ring, int epoch)
    {
        foreach (var item in _items)
        {
            ring.Append(item.Frame.Kind, item.Flags, item.Time, item.Clock, item.Frame.Payload, item.Config, epoch, item.Frame.Tracks);
        }
    }

    internal void Clear()
    {
        while (_items.Count > 0)
        {
            DropFirst();
        }

        _keys.Clear();
    }

    // Drops whole GOPs from the front as long as what remains still covers the minimum.
    private void DropOldGops(long clock, bool atLeastOne = false)
    {
        while (_keys.Count > 0)
        {
            var second = _keys.Count > 1 ? SecondKey() : (Sequence: _next, Clock: clock);
            var enough = _keys.Count > 1 && clock - second.Clock >= limits.ReplayMin.TotalMilliseconds;
            if (!enough && !atLeastOne)
            {
                return;
            }

            atLeastOne = false;
            _keys.Dequeue();
            while (_first < second.Sequence)
            {
                DropFirst();
            }
        }
    }

    private (long Sequence, long Clock) SecondKey()
    {
        var keys = _keys.GetEnumerator();
        keys.MoveNext();
        keys.MoveNext();
        return keys.Current;
    }

    private void DropFirst()
    {
        var item = _items.Dequeue();
        _first++;
        Bytes -= item.Frame.BytesHeld;
        item.Frame.Release();
    }

    private readonly record struct Item(Frame Frame, FrameFlags Flags, MediaTime Time, long Clock, ConfigSet Config);
}
