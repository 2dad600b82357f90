using System.Buffers.Binary;

namespace Quickwater.Core;

/// <summary>
/// The decoder configurations and metadata in force at one point of a topic: what a viewer must have before it can use the frames
/// that follow. Immutable; a change makes a new one with the next version. Configurations are few, small and rare, so they
/// live on the garbage-collected heap.
/// </summary>
internal sealed class ConfigSet
{
    internal static readonly ConfigSet Empty = new(0, []);

    private readonly Item[] _items;

    private ConfigSet(long version, Item[] items)
    {
        Version = version;
        _items = items;
    }

    internal long Version { get; }

    internal int Count => _items.Length;

    internal long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var item in _items)
            {
                bytes += item.Payload.Length;
            }

            return bytes;
        }
    }

    /// <summary>The set with this frame's place (kind, track and slot) taken by it; the same set when nothing changes.</summary>
    internal ConfigSet With(Frame frame)
    {
        for (var i = 0; i < _items.Length; i++)
        {
            if (_items[i].Kind == frame.Kind && _items[i].Track == frame.Track && _items[i].Slot == frame.Slot)
            {
                if (frame.Payload.SequenceEqual(_items[i].Payload))
                {
                    return this;
                }

                var replaced = (Item[])_items.Clone();
                replaced[i] = new Item(frame.Kind, frame.Track, frame.Slot, frame.Flags, frame.Payload.ToArray());
                return new ConfigSet(Version + 1, replaced);
            }
        }

        // Metadata first, then video, then audio: the order in which players expect them.
        var items = new List<Item>(_items) { new(frame.Kind, frame.Track, frame.Slot, frame.Flags, frame.Payload.ToArray()) };
        items.Sort(static (a, b) => Order(a) - Order(b));
        return new ConfigSet(Version + 1, [.. items]);
    }

    /// <summary>What an earlier set holds, as the next version: what a publisher that takes its stream up again goes on with.</summary>
    internal ConfigSet Resumed(ConfigSet earlier) => new(Version + 1, earlier._items);

    /// <summary>An empty set of the next version: what a new publisher starts with.</summary>
    internal ConfigSet Cleared() => new(Version + 1, []);

    /// <summary>All of it in a wire form, stamped with the given time, with a viewer's number written over each frame's at the offset.</summary>
    internal byte[] Encode(IWireForm form, MediaTime time, uint? patch, int patchOffset)
    {
        var total = 0;
        foreach (var item in _items)
        {
            total += form.Measure(item.Kind, item.Flags, time, item.Payload);
        }

        var bytes = new byte[total];
        var at = 0;
        foreach (var item in _items)
        {
            var length = form.Measure(item.Kind, item.Flags, time, item.Payload);
            if (length > 0)
            {
                form.Encode(item.Kind, item.Flags, time, item.Payload, bytes.AsSpan(at, length));
                if (patch is { } number)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + patchOffset), number);
                }
            }

            at += length;
        }

        return bytes;
    }

    /// <summary>The payload of a track's decoder configuration, for statistics and for parsing codec details.</summary>
    internal ReadOnlyMemory<byte> Find(FrameKind kind, byte track)
    {
        foreach (var item in _items)
        {
            if (item.Kind == kind && item.Track == track && item.Slot == 0)
            {
                return item.Payload;
            }
        }

        return default;
    }

    private static int Order(in Item item) =>
        ((item.Kind switch { FrameKind.Data => 0, FrameKind.Video => 1, _ => 2 }) << 16) | (item.Track << 8) | item.Slot;

    private readonly record struct Item(FrameKind Kind, byte Track, byte Slot, FrameFlags Flags, byte[] Payload);
}
