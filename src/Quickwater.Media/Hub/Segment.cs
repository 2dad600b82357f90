using System.Buffers.Binary;
using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>
/// A piece of a ring: encoded frames one behind the other, each whole. Shared by the ring and by the sends in flight that refer to
/// it; the last release gives its memory back. Thread-safe in its counting; only the ring writes into it.
/// </summary>
internal sealed class Segment : ISharedBytes
{
    private readonly Pool _pool;
    private byte[] _array = [];
    private int _references;

    private Segment(Pool pool) => _pool = pool;

    internal int Capacity => _array.Length;

    internal int Used { get; set; }

    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new InvalidOperationException("A ring segment was retained after its last release.");
        }
    }

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }

        if (left < 0)
        {
            throw new InvalidOperationException("A ring segment was released more often than it was retained.");
        }

        var array = _array;
        _array = [];
        _pool.Return(this, array);
    }

    /// <summary>
    /// Copies the head of an encoded frame into a batch with a number written, little-endian, at an offset in it; returns the head's length.
    /// </summary>
    internal int WritePatched(SendBatch batch, int offset, int patchOffset, uint number)
    {
        var length = patchOffset + sizeof(uint);
        var head = batch.Reserve(length);
        Span(offset, length).CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[patchOffset..], number);
        batch.Commit(length);
        return length;
    }

    internal Span<byte> Span(int offset, int length) => _array.AsSpan(offset, length);

    internal ReadOnlyMemory<byte> Memory(int offset, int length) => _array.AsMemory(offset, length);

    /// <summary>Where segments come from and go back to. Thread-safe.</summary>
    internal sealed class Pool(LeakCounters leaks)
    {
        private const int KeptMax = 256;
        private readonly FreeList<Segment> _idle = new(KeptMax);

        internal Segment Rent(int bytes)
        {
            var segment = _idle.TryTake(out var idle) ? idle : new Segment(this);
            segment._array = ByteArrays.Rent(bytes);
            leaks.Memory.Take(segment._array.Length);
            segment.Used = 0;
            Volatile.Write(ref segment._references, 1);
            leaks.Segments.Add();
            return segment;
        }

        internal void Return(Segment segment, byte[] array)
        {
            leaks.Memory.Give(array.Length);
            ByteArrays.Return(array);
            leaks.Segments.Remove();
            _idle.Give(segment);
        }
    }
}
