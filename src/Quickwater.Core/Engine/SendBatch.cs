using System.Runtime.InteropServices;

namespace Quickwater.Core;

/// <summary>
/// What one send carries. Small bytes are copied in; large or shared bytes are taken by reference and kept alive until the send
/// completes. It becomes one send: contiguous where it can be, gathered where it must. Used within one turn, then owned by
/// the send until that completes; not thread-safe.
/// </summary>
public sealed class SendBatch
{
    /// <summary>Bytes up to which copying beats a reference of its own (a gather entry costs more than the copy).</summary>
    public const int CopyBytesMax = 4096;

    /// <summary>Parts at most; at that count the batch has no room.</summary>
    public const int PartsMax = 64;

    private const int FlattenBytesMax = 16 * 1024;

    private Part[] _parts = new Part[4];
    private readonly List<ArraySegment<byte>> _gather = new(8);
    private byte[] _scratch = [];
    private int _scratchUsed;
    private int _count;
    private int _limit;
    private ITransport? _transport;

    /// <summary>Bytes in the batch.</summary>
    public int Bytes { get; private set; }

    /// <summary>Bytes that the batch may still take; 0 or less when it is full. A last small write may overshoot it.</summary>
    public int Room => _count >= PartsMax ? 0 : _limit - Bytes;

    /// <summary>Whether nothing was written.</summary>
    public bool IsEmpty => Bytes == 0;

    /// <summary>Parts in the batch: 1 means that it is contiguous.</summary>
    public int Parts => _count;

    /// <summary>
    /// Set by a session to bound the bytes the operating system holds unsent for this connection; 0 leaves the bound as it is.
    /// </summary>
    public int UnsentBytesMax { get; set; }

    /// <summary>Bytes sent before but not acknowledged by the peer yet, or 0 where that cannot be known. Costs a system call.</summary>
    public long UnacknowledgedBytes => _transport?.UnacknowledgedBytes ?? 0;

    /// <summary>Starts anew with a limit in bytes. The batch must be released.</summary>
    /// <param name="bytesMax">What <see cref="Room"/> starts at.</param>
    /// <param name="transport">The transport it will be sent on, if any.</param>
    public void Begin(int bytesMax, ITransport? transport = null)
    {
        if (_count != 0)
        {
            throw new InvalidOperationException("A send batch was begun before it was released.");
        }

        _limit = bytesMax;
        _transport = transport;
        UnsentBytesMax = 0;
    }

    /// <summary>Lowers the limit of this batch, for a session that pins less than the engine allows; never raises it.</summary>
    public void LimitTo(int bytesMax) => _limit = Math.Min(_limit, bytesMax);

    /// <summary>Copies bytes into the batch.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Commit(bytes.Length);
    }

    /// <summary>A span of exactly <paramref name="length"/> bytes to write into; <see cref="Commit"/> adds what was written.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_scratch.Length - _scratchUsed < length)
        {
            Grow(length);
        }

        return _scratch.AsSpan(_scratchUsed, length);
    }

    /// <summary>Adds <paramref name="length"/> bytes of the last <see cref="Reserve"/> to the batch.</summary>
    public void Commit(int length)
    {
        if (length == 0)
        {
            return;
        }

        ref var last = ref _parts[Math.Max(_count - 1, 0)];
        if (_count > 0 && last.Array is null)
        {
            last.Length += length;
        }
        else
        {
            Add(new Part { Offset = _scratchUsed, Length = length });
        }

        _scratchUsed += length;
        Bytes += length;
    }

    /// <summary>
    /// Takes over an array of <see cref="ByteArrays"/> that holds what is sent, instead of copying it: it is the batch's from now on, and goes back
    /// to the pool when the batch is released.
    /// </summary>
    /// <exception cref="InvalidOperationException">The batch is not empty: a fault of this program.</exception>
    public void Adopt(byte[] rented, int offset, int length)
    {
        if (_count != 0 || _scratch.Length != 0)
        {
            throw new InvalidOperationException("A send batch takes over an array only while it is empty.");
        }

        _scratch = rented;
        _scratchUsed = offset;
        Commit(length);
    }

    /// <summary>
    /// Takes shared bytes by reference and retains their owner until the send completes. The memory must be backed by an array.
    /// Bytes that follow the last part in the same array extend it.
    /// </summary>
    public void Reference(ReadOnlyMemory<byte> bytes, ISharedBytes owner)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        if (!MemoryMarshal.TryGetArray(bytes, out var segment) || segment.Array is null)
        {
            throw new ArgumentException("The bytes of a send batch must be backed by an array.", nameof(bytes));
        }

        ref var last = ref _parts[Math.Max(_count - 1, 0)];
        if (_count > 0 && ReferenceEquals(last.Array, segment.Array) && ReferenceEquals(last.Owner, owner)
            && last.Offset + last.Length == segment.Offset)
        {
            last.Length += bytes.Length;
        }
        else
        {
            owner.Retain();
            Add(new Part { Array = segment.Array, Offset = segment.Offset, Length = bytes.Length, Owner = owner });
        }

        Bytes += bytes.Length;
    }

    /// <summary>
    /// The batch as one piece, if it is one or small enough to be made one. Otherwise false, and <see cref="Gather"/> gives its
    /// pieces.
    /// </summary>
    public bool TryContiguous(out ReadOnlyMemory<byte> bytes)
    {
        if (_count > 1 && Bytes <= FlattenBytesMax)
        {
            Flatten();
        }

        if (_count != 1)
        {
            bytes = default;
            return Bytes == 0;
        }

        ref var part = ref _parts[0];
        bytes = new ReadOnlyMemory<byte>(part.Array ?? _scratch, part.Offset, part.Length);
        return true;
    }

    /// <summary>The pieces of the batch in order. The list is the batch's own and is valid until <see cref="Release"/>.</summary>
    public IList<ArraySegment<byte>> Gather()
    {
        _gather.Clear();
        for (var i = 0; i < _count; i++)
        {
            ref var part = ref _parts[i];
            _gather.Add(new ArraySegment<byte>(part.Array ?? _scratch, part.Offset, part.Length));
        }

        return _gather;
    }

    /// <summary>Copies the whole batch to a span at least <see cref="Bytes"/> long (in-memory transports, tests).</summary>
    public void CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var part = ref _parts[i];
            (part.Array ?? _scratch).AsSpan(part.Offset, part.Length).CopyTo(destination);
            destination = destination[part.Length..];
        }
    }

    /// <summary>Lets go of everything: call it when the send is complete, or was never started.</summary>
    public void Release()
    {
        for (var i = 0; i < _count; i++)
        {
            _parts[i].Owner?.Release();
        }

        Array.Clear(_parts, 0, _count);
        _gather.Clear();
        _count = 0;
        Bytes = 0;
        _scratchUsed = 0;
        _transport = null;
        if (_scratch.Length > 0)
        {
            ByteArrays.Return(_scratch);
            _scratch = [];
        }
    }

    private void Add(in Part part)
    {
        if (_count == _parts.Length)
        {
            Array.Resize(ref _parts, _count * 2);
        }

        _parts[_count++] = part;
    }

    // Many small pieces cost more in one gathered send than the copy that joins them.
    private void Flatten()
    {
        var joined = ByteArrays.Rent(Bytes);
        var total = Bytes;
        CopyTo(joined);
        var limit = _limit;
        Release();
        _limit = limit;
        _scratch = joined;
        Commit(total);
    }

    private void Grow(int length)
    {
        var larger = ByteArrays.Rent(Math.Max(CopyBytesMax, Math.Max(_scratch.Length * 2, _scratchUsed + length)));
        _scratch.AsSpan(0, _scratchUsed).CopyTo(larger);
        if (_scratch.Length > 0)
        {
            ByteArrays.Return(_scratch);
        }

        _scratch = larger;
    }

    private struct Part
    {
        public byte[]? Array; // null: the piece lies in the scratch buffer
        public int Offset;
        public int Length;
        public ISharedBytes? Owner;
    }
}
