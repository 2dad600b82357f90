using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// The decoder configurations and metadata in force at one point of a topic: what a viewer must have before it can use the frames
/// that follow. A track has one codec at a time, and its configurations leave with it. Immutable; a change makes a new one with the next
/// version. Configurations are few, small and rare, so they live on the garbage-collected heap.
/// </summary>
internal sealed class ConfigSet
{
    // Of a codec without a configuration a frame's first bytes are kept: they say what it is. It is never sent.
    private const byte HeadSlot = 255;
    private const int HeadBytesMax = 16;

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

    /// <summary>
    /// The set with this configuration's place (kind, track and slot) taken by it, and without what belongs to another codec of its track; the
    /// same set when nothing changes.
    /// </summary>
    internal ConfigSet With(Frame config)
    {
        var at = Find(config.Kind, config.Track, config.Slot);
        if (at >= 0 && _items[at].Codec == config.Codec && config.Payload.SequenceEqual(_items[at].Payload))
        {
            return this;
        }

        return Replaced(config, config.Slot, config.Payload.ToArray());
    }

    /// <summary>The set once a coded frame was met: without the configurations of another codec of its track. The same set when nothing changes.</summary>
    internal ConfigSet Met(Frame frame)
    {
        if (frame.Codec == 0)
        {
            return this;
        }

        foreach (var item in _items)
        {
            if (item.Kind == frame.Kind && item.Track == frame.Track && item.Codec == frame.Codec)
            {
                return this;
            }
        }

        return Replaced(frame, HeadSlot, frame.Payload[..Math.Min(HeadBytesMax, frame.Payload.Length)].ToArray());
    }

    /// <summary>Whether it has a configuration of the same codec in the place of this one.</summary>
    internal bool Has(Frame config) =>
        Find(config.Kind, config.Track, config.Slot) is >= 0 and var at && _items[at].Codec == config.Codec;

    /// <summary>What an earlier set holds, as the next version: what a publisher that takes its stream up again goes on with.</summary>
    internal ConfigSet Resumed(ConfigSet earlier) => new(Version + 1, earlier._items);

    /// <summary>An empty set of the next version: what a new publisher starts with.</summary>
    internal ConfigSet Cleared() => new(Version + 1, []);

    /// <summary>Whether frames of a kind under the earlier set do not decode under this one: a track has another codec, or another configuration.</summary>
    internal bool Breaks(ConfigSet earlier, FrameKind kind)
    {
        if (ReferenceEquals(this, earlier))
        {
            return false;
        }

        foreach (var old in earlier._items)
        {
            if (old.Kind != kind || old.Slot is not (0 or HeadSlot))
            {
                continue;
            }

            var at = Find(kind, old.Track, old.Slot);
            if (at < 0 || _items[at].Codec != old.Codec || (old.Slot == 0 && !_items[at].Payload.AsSpan().SequenceEqual(old.Payload)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the first track of a kind has another codec in the other set, as far as both are known.</summary>
    internal bool HasOtherCodec(ConfigSet other, FrameKind kind) =>
        CodecOf(kind) is not 0 and var codec && other.CodecOf(kind) is not 0 and var now && codec != now;

    /// <summary>This set, with another's configurations of a kind instead of its own; under this set's version.</summary>
    internal ConfigSet WithKind(FrameKind kind, ConfigSet other) => new(
        Version, InOrder([.. _items.Where(item => item.Kind != kind), .. other._items.Where(item => item.Kind == kind)]));

    /// <summary>This set without a kind; under this set's version.</summary>
    internal ConfigSet Without(FrameKind kind) => new(Version, [.. _items.Where(item => item.Kind != kind)]);

    /// <summary>All of it in a wire form, stamped with the given time, with a viewer's number written over each frame's at the offset.</summary>
    internal byte[] Encode(IWireForm form, MediaTime time, uint? patch, int patchOffset)
    {
        var total = 0;
        foreach (var item in _items)
        {
            total += Measure(item, form, time);
        }

        var bytes = new byte[total];
        var at = 0;
        foreach (var item in _items)
        {
            var length = Measure(item, form, time);
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
    internal ReadOnlyMemory<byte> Find(FrameKind kind, byte track) => PayloadAt(Find(kind, track, 0));

    /// <summary>The first bytes of a frame of a track's codec, if that has no configuration.</summary>
    internal ReadOnlyMemory<byte> FindHead(FrameKind kind, byte track) => PayloadAt(Find(kind, track, HeadSlot));

    private static int Measure(in Item item, IWireForm form, MediaTime time) =>
        item.Slot == HeadSlot ? 0 : form.Measure(item.Kind, item.Flags, time, item.Payload);

    private static Item[] InOrder(List<Item> items)
    {
        // Metadata first, then video, then audio: the order in which players expect them.
        items.Sort(static (a, b) => Order(a) - Order(b));
        return [.. items];
    }

    private static int Order(in Item item) =>
        ((item.Kind switch { FrameKind.Data => 0, FrameKind.Video => 1, _ => 2 }) << 16) | (item.Track << 8) | item.Slot;

    // What is of no known codec stays: nobody knows that it is another.
    private ConfigSet Replaced(Frame frame, byte slot, byte[] payload)
    {
        var items = new List<Item>(_items.Length + 1);
        foreach (var item in _items)
        {
            var sameTrack = item.Kind == frame.Kind && item.Track == frame.Track;
            var isOther = item.Codec != 0 && frame.Codec != 0 && item.Codec != frame.Codec;
            if (!sameTrack || (item.Slot != slot && item.Slot != HeadSlot && !isOther))
            {
                items.Add(item);
            }
        }

        items.Add(new Item(frame.Kind, frame.Track, slot, frame.Flags, frame.Codec, payload));
        return new ConfigSet(Version + 1, InOrder(items));
    }

    private uint CodecOf(FrameKind kind)
    {
        foreach (var item in _items)
        {
            if (item.Kind == kind && item.Track == 0 && item.Codec != 0)
            {
                return item.Codec;
            }
        }

        return 0;
    }

    private ReadOnlyMemory<byte> PayloadAt(int at) => at >= 0 ? _items[at].Payload : default(ReadOnlyMemory<byte>);

    private int Find(FrameKind kind, byte track, byte slot)
    {
        for (var i = 0; i < _items.Length; i++)
        {
            if (_items[i].Kind == kind && _items[i].Track == track && _items[i].Slot == slot)
            {
                return i;
            }
        }

        return -1;
    }

    private readonly record struct Item(FrameKind Kind, byte Track, byte Slot, FrameFlags Flags, uint Codec, byte[] Payload);
}
