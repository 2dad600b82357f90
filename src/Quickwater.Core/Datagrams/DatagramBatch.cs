namespace Quickwater.Core;

/// <summary>
/// The datagrams of one send: their bytes behind each other in one pinned array, and where each begins and goes. Equal neighbours, that is, to one address and of
/// one size, can leave in one segmented send. Filled within a turn, then the socket's until all of them are done; not thread-safe.
/// </summary>
/// <remarks>
/// <code>
///   done by the socket      │ still to send          │ room
///   0        1        ...   Next                     Count
/// </code>
/// </remarks>
public sealed class DatagramBatch
{
    /// <summary>Segments in one segmented send at most (UDP_MAX_SEGMENTS of Linux before 6.9).</summary>
    public const int SegmentsMax = 64;

    /// <summary>Bytes that a datagram can carry at most, over IPv4: 65,535 less the headers of IP and UDP.</summary>
    public const int DatagramBytesMax = 65_507;

    private readonly byte[] _bytes;
    private readonly Entry[] _entries;
    private int _reserved;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="bytesMax">Bytes that it holds at most. At least 1.</param>
    /// <param name="datagramsMax">Datagrams that it holds at most. At least 1.</param>
    public DatagramBatch(int bytesMax, int datagramsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramsMax, 1);
        _bytes = GC.AllocateUninitializedArray<byte>(bytesMax, pinned: true);
        _entries = new Entry[datagramsMax];
    }

    /// <summary>Datagrams in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all of them.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether it has no datagram.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Whether it takes no more, not even an empty datagram.</summary>
    public bool IsFull => Count == _entries.Length;

    /// <summary>Bytes that the next datagram may have.</summary>
    public int Room => IsFull ? 0 : _bytes.Length - Bytes;

    /// <summary>The first datagram that the socket is not done with. The socket moves it on.</summary>
    public int Next { get; private set; }

    /// <summary>Datagrams that could not be sent.</summary>
    public int Failures { get; private set; }

    /// <summary>A span of exactly <paramref name="length"/> bytes to write a datagram into; <see cref="Commit"/> adds it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less <see cref="Room"/>, or the batch is full: a fault of this program.</exception>
    public Span<byte> Reserve(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (IsFull || length > Room)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The batch has room for {Room} bytes.");
        }

        _reserved = length;
        return _bytes.AsSpan(Bytes, length);
    }

    /// <summary>Adds the first <paramref name="length"/> bytes of the last <see cref="Reserve"/> as a datagram, which may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer were reserved: a fault of this program.</exception>
    public void Commit(in DatagramAddress to, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _reserved);
        _entries[Count++] = new Entry { To = to, Offset = Bytes, Length = length };
        Bytes += length;
        _reserved = -1; // what was reserved is committed once
    }

    /// <summary>Copies a datagram into the batch. False when it does not fit any more.</summary>
    public bool TryWrite(in DatagramAddress to, ReadOnlySpan<byte> bytes)
    {
        if (IsFull || bytes.Length > Room)
        {
            return false;
        }

        bytes.CopyTo(Reserve(bytes.Length));
        Commit(to, bytes.Length);
        return true;
    }

    /// <summary>Where a datagram goes.</summary>
    public ref readonly DatagramAddress To(int index) => ref Of(index).To;

    /// <summary>A datagram's bytes.</summary>
    public ReadOnlySpan<byte> SpanOf(int index) => SpanOf(index, 1);

    /// <summary>The bytes of some that follow each other, which stand behind each other. They do not move while the batch lives.</summary>
    public ReadOnlySpan<byte> SpanOf(int index, int count) => _bytes.AsSpan(Of(index).Offset, LengthOf(index, count));

    /// <summary>A datagram's bytes, for an operation that outlasts the call.</summary>
    public ReadOnlyMemory<byte> MemoryOf(int index) => _bytes.AsMemory(Of(index).Offset, Of(index).Length);

    /// <summary>
    /// How many datagrams from this one on can leave as segments of one send: to one address, and of one size but for the last, which may be shorter. An empty one
    /// stands for itself.
    /// </summary>
    public int RunAt(int index)
    {
        ref readonly var first = ref Of(index);
        var run = 1;
        var bytes = first.Length;
        while (first.Length > 0 && run < SegmentsMax && index + run < Count)
        {
            ref readonly var next = ref _entries[index + run];
            bytes += next.Length;
            if (next.Length == 0 || next.Length > first.Length || bytes > DatagramBytesMax || next.To != first.To)
            {
                break;
            }

            run++;
            if (next.Length < first.Length)
            {
                break; // the last
            }
        }

        return run;
    }

    /// <summary>The socket is done with the next so many, which left.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Count - Next), nameof(count));
        Next += count;
    }

    /// <summary>The socket is done with the next one, which could not be sent.</summary>
    public void Fail(Reason why)
    {
        if (Next == Count)
        {
            throw new InvalidOperationException("A socket is done with more datagrams than there are.");
        }

        _entries[Next++].Failed = why;
        Failures++;
    }

    /// <summary>Why a datagram could not be sent; <see cref="Reason.None"/> if it left or is still to be sent.</summary>
    public Reason FailureOf(int index) => Of(index).Failed;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        (Count, Bytes, Next, Failures) = (0, 0, 0, 0);
        _reserved = -1;
    }

    private ref readonly Entry Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return ref _entries[index];
    }

    private int LengthOf(int index, int count)
    {
        ref readonly var last = ref Of(index + count - 1);
        return last.Offset + last.Length - Of(index).Offset;
    }

    private struct Entry
    {
        public DatagramAddress To;
        public int Offset;
        public int Length;
        public Reason Failed;
    }
}
