using System.Buffers;

namespace Quickwater.Core;

/// <summary>
/// A byte buffer that grows as bytes arrive, on arrays of the shared array pool. A protocol reader fills it, then its ownership moves
/// with it: the payload of a received message becomes the payload of a frame without a copy. It has exactly one owner at a time, who
/// calls <see cref="Release"/> exactly once and does not touch it afterwards.
/// </summary>
/// <remarks>
/// Not thread-safe while it is filled; filled, it may be read by many threads, and released on any. The objects return to the
/// <see cref="Pool"/> they came from, so that steady work allocates nothing.
/// </remarks>
public sealed class PooledBytes
{
    private readonly Pool _pool;
    private byte[] _array = [];
    private int _alive;

    private PooledBytes(Pool pool) => _pool = pool;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes it holds without renting a larger array.</summary>
    public int Capacity => _array.Length;

    /// <summary>The bytes written. Valid until the next growth or <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    /// <summary>The bytes written, backed by an array. Valid until the next growth or <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>Adds bytes at the end. Growth at least doubles, so that many small pieces cost one copy on average.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var length = checked(Length + bytes.Length);
        if (length > _array.Length)
        {
            EnsureCapacity((int)Math.Max(length, Math.Min(2L * _array.Length, Array.MaxLength)));
        }

        bytes.CopyTo(_array.AsSpan(Length));
        Length = length;
    }

    /// <summary>Makes room for <paramref name="capacity"/> bytes in all; never shrinks.</summary>
    public void EnsureCapacity(int capacity)
    {
        if (capacity <= _array.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        Span.CopyTo(larger);
        ReturnArray();
        _array = larger;
    }

    /// <summary>Gives the memory back. The caller's last use of this object.</summary>
    /// <exception cref="InvalidOperationException">It was released before: a fault of this program.</exception>
    public void Release()
    {
        if (Interlocked.Exchange(ref _alive, 0) == 0)
        {
            throw new InvalidOperationException("The buffer was already released.");
        }

        ReturnArray();
        _array = [];
        Length = 0;
        _pool.Return(this);
    }

    private void ReturnArray()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }

    /// <summary>
    /// Where the objects come from and go back to; one for each owner of many (a server, a test world). Thread-safe. It keeps objects
    /// only; their arrays go back to the shared array pool at once.
    /// </summary>
    /// <param name="leaks">Counts the rented ones under <see cref="LeakCounters.Buffers"/>.</param>
    /// <param name="keptMax">Idle objects kept at most; the garbage collector takes the rest.</param>
    public sealed class Pool(LeakCounters leaks, int keptMax = 1024)
    {
        private readonly FreeList<PooledBytes> _idle = new(keptMax);

        /// <summary>An empty buffer, owned by the caller.</summary>
        public PooledBytes Rent()
        {
            var bytes = _idle.TryTake(out var idle) ? idle : new PooledBytes(this);
            Volatile.Write(ref bytes._alive, 1);
            leaks.Buffers.Add();
            return bytes;
        }

        internal void Return(PooledBytes bytes)
        {
            leaks.Buffers.Remove();
            _idle.Give(bytes);
        }
    }
}
