namespace Quickwater.Core;

/// <summary>
/// A byte buffer that grows as bytes arrive, on pooled arrays, and counts against the memory for peers. A protocol reader fills it, then its ownership moves
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
    private MemoryHolder? _holder;
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

    /// <summary>As <see cref="Append"/>, but false, with nothing changed, when the memory for peers has no room for it.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        var length = checked(Length + bytes.Length);
        if (length > _array.Length && !TryEnsureCapacity((int)Math.Max(length, Math.Min(2L * _array.Length, Array.MaxLength))))
        {
            return false;
        }

        bytes.CopyTo(_array.AsSpan(Length));
        Length = length;
        return true;
    }

    /// <summary>Makes room for <paramref name="capacity"/> bytes in all; never shrinks.</summary>
    public void EnsureCapacity(int capacity)
    {
        if (capacity > _array.Length)
        {
            Take(ByteArrays.Rounded(capacity) - _array.Length);
            Grow(capacity);
        }
    }

    /// <summary>As <see cref="EnsureCapacity"/>, but false, with nothing changed, when the memory for peers has no room for it.</summary>
    public bool TryEnsureCapacity(int capacity)
    {
        if (capacity > _array.Length)
        {
            long more = ByteArrays.Rounded(capacity) - _array.Length;
            if (!(_holder?.TryTake(more) ?? _pool.Memory.TryTake(more, 0)))
            {
                return false;
            }

            Grow(capacity);
        }

        return true;
    }

    /// <summary>Somebody else than the peer whom it was rented for holds it from now on, such as a stream.</summary>
    internal void HandOver()
    {
        _holder?.HandOver(_array.Length);
        _holder = null;
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
        _holder = null;
        Length = 0;
        _pool.Return(this);
    }

    // It is counted by the length it will have; where a pool gives more, that too.
    private void Grow(int capacity)
    {
        var larger = ByteArrays.Rent(capacity);
        if (larger.Length != ByteArrays.Rounded(capacity))
        {
            Take(larger.Length - ByteArrays.Rounded(capacity));
        }

        Span.CopyTo(larger);
        if (_array.Length > 0)
        {
            ByteArrays.Return(_array);
        }

        _array = larger;
    }

    private void Take(long bytes)
    {
        if (_holder is { } holder)
        {
            holder.Take(bytes);
        }
        else
        {
            _pool.Memory.Take(bytes);
        }
    }

    private void ReturnArray()
    {
        if (_array.Length == 0)
        {
            return;
        }

        if (_holder is { } holder)
        {
            holder.Give(_array.Length);
        }
        else
        {
            _pool.Memory.Give(_array.Length);
        }

        ByteArrays.Return(_array);
    }

    /// <summary>
    /// Where the objects come from and go back to; one for each owner of many (a server, a test world). Thread-safe. It keeps objects
    /// only; their arrays go back to <see cref="ByteArrays"/> at once.
    /// </summary>
    /// <param name="leaks">Counts the rented ones under <see cref="LeakCounters.Buffers"/>.</param>
    /// <param name="keptMax">Idle objects kept at most; the garbage collector takes the rest.</param>
    public sealed class Pool(LeakCounters leaks, int keptMax = 1024)
    {
        private readonly FreeList<PooledBytes> _idle = new(keptMax);

        /// <summary>What the buffers count against.</summary>
        internal MemoryBudget Memory => leaks.Memory;

        /// <summary>An empty buffer, owned by the caller.</summary>
        /// <param name="holder">Whose peer it is held for; null for nobody's.</param>
        public PooledBytes Rent(MemoryHolder? holder = null)
        {
            var bytes = _idle.TryTake(out var idle) ? idle : new PooledBytes(this);
            bytes._holder = holder;
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
