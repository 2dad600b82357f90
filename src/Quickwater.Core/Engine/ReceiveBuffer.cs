namespace Quickwater.Core;

/// <summary>
/// The received bytes that a session has not taken yet. It has memory only while there are such bytes or a receive into it is in
/// flight: an idle connection holds none. Belongs to its connection's turn.
/// </summary>
internal struct ReceiveBuffer(MemoryHolder? holder)
{
    private byte[]? _array;
    private int _start;
    private int _end;
    private int _counted; // of its memory, against the memory for peers

    /// <summary>Bytes not taken yet.</summary>
    internal readonly int Length => _end - _start;

    /// <summary>The bytes not taken yet.</summary>
    internal readonly ReadOnlySpan<byte> Unread => _array.AsSpan(_start, Length);

    /// <summary>Where the next receive goes, behind what is there already: at least one byte, and about <paramref name="full"/> in all.</summary>
    internal Memory<byte> MakeRoom(int full)
    {
        if (_array is null || _array.Length < full || _start != 0 || _end == _array.Length)
        {
            MoveTo(Math.Max(full, Length + 1));
        }

        return _array.AsMemory(_end);
    }

    /// <summary>So many bytes came.</summary>
    internal void Add(int bytes) => _end += bytes;

    /// <summary>So many bytes from the front are done with.</summary>
    internal void Take(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            Free();
        }
        else if (_array is not null && _array.Length > Length * 4)
        {
            // A short rest (part of a header) moves to a small array, so that ten thousand half-sent headers do not hold ten
            // thousand receive buffers.
            MoveTo(Length);
        }
    }

    /// <summary>The same while a receive into it is in flight: nothing moves.</summary>
    internal void Skip(int bytes) => _start += bytes;

    /// <summary>Drops what is there and gives the memory back. Not while a receive into it is in flight.</summary>
    internal void Free()
    {
        _start = _end = 0;
        if (_array is not null)
        {
            ByteArrays.Return(_array);
            _array = null;
        }

        Count();
    }

    /// <summary>
    /// Counts what it holds against the memory for peers. Not at each receive, which takes memory for an instant: once the session has left bytes.
    /// </summary>
    internal void Count()
    {
        var held = _array?.Length ?? 0;
        if (held != _counted)
        {
            holder?.Take(held - _counted);
            _counted = held;
        }
    }

    private void MoveTo(int capacity)
    {
        var next = ByteArrays.Rent(capacity);
        var count = Length;
        if (_array is not null)
        {
            Unread.CopyTo(next);
            ByteArrays.Return(_array);
        }

        _array = next;
        _start = 0;
        _end = count;
    }
}
