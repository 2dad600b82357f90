namespace Quickwater.Core;

/// <summary>
/// Datagrams that another shard received and that belong to this one, as after a peer's address changed. A bounded ring: a full one drops what comes and counts it,
/// as a network does. It holds no memory before the first. Thread-safe.
/// </summary>
internal sealed class DatagramStrays(int countMax, int bytesMax)
{
    private readonly Lock _lock = new();
    private Entry[] _entries = [];
    private byte[] _bytes = [];
    private int _first;
    private int _count;
    private long _dropped;

    internal long Dropped => Volatile.Read(ref _dropped);

    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Leaves one. False when it was dropped: there is no room, or it is too long.</summary>
    internal bool TryAdd(in DatagramAddress from, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_count == countMax || bytes.Length > bytesMax)
            {
                _dropped++;
                return false;
            }

            if (_entries.Length == 0)
            {
                (_entries, _bytes) = (new Entry[countMax], new byte[countMax * bytesMax]);
            }

            var at = (_first + _count) % countMax;
            _entries[at] = new Entry(from, bytes.Length);
            bytes.CopyTo(_bytes.AsSpan(at * bytesMax));
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    /// <summary>Takes the oldest.</summary>
    internal bool TryTake(Span<byte> into, out DatagramAddress from, out int length)
    {
        (from, length) = (default, 0);
        if (IsEmpty)
        {
            return false;
        }

        lock (_lock)
        {
            (from, length) = _entries[_first];
            _bytes.AsSpan(_first * bytesMax, length).CopyTo(into);
            _first = (_first + 1) % countMax;
            Volatile.Write(ref _count, _count - 1);
            return true;
        }
    }

    private readonly record struct Entry(DatagramAddress From, int Length);
}
