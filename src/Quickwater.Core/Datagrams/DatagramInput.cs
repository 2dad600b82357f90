namespace Quickwater.Core;

/// <summary>The receiving side of a port: takes what is there, a bounded number at a time. All of it belongs to the port's turn but <see cref="Readable"/>.</summary>
internal sealed class DatagramInput(DatagramPort port, IDatagramSocket socket, DatagramStrays strays)
{
    // The longest datagram that there can be, so that none is cut short, and as much as one receive of several may bring.
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private int _readable = 1;
    private long _received;
    private long _bytes;
    private long _oversized;
    private long _straysTaken;

    internal long Received => Volatile.Read(ref _received);

    internal long Bytes => Volatile.Read(ref _bytes);

    internal long Oversized => Volatile.Read(ref _oversized);

    internal long StraysTaken => Volatile.Read(ref _straysTaken);

    /// <summary>A receive may find something. From any thread; the caller asks for a turn.</summary>
    internal void Readable() => Volatile.Write(ref _readable, 1);

    /// <summary>Takes what other shards passed on, as many as one pass may take.</summary>
    internal void TakeStrays(Instant now)
    {
        for (var left = port.Options.ReceivesMax; left > 0 && strays.TryTake(_buffer, out var from, out var length); left--)
        {
            _straysTaken++;
            Give(from, _buffer.AsSpan(0, length), now);
        }
    }

    /// <summary>Receives as many as one pass may. True when something came.</summary>
    internal bool Receive(Instant now)
    {
        var moved = false;
        for (var left = port.Options.ReceivesMax; left > 0 && Volatile.Read(ref _readable) != 0 && port.Phase != ConnectionPhase.Closed;)
        {
            Volatile.Write(ref _readable, 0); // before the call: a note that comes during it must stay
            var result = socket.Receive(_buffer);
            switch (result.Status)
            {
                case DatagramStatus.Completed:
                    Volatile.Write(ref _readable, 1);
                    left -= GiveSegments(result, now);
                    moved = true;
                    break;
                case DatagramStatus.PeerFailed:
                    Volatile.Write(ref _readable, 1);
                    left--;
                    moved = true;
                    port.TellFailed(result.From, result.Reason, now);
                    break;
                case DatagramStatus.Closed:
                    port.CloseNow(result.Reason, now);
                    break;
                default:
                    break;
            }
        }

        return moved;
    }

    private int GiveSegments(in DatagramReceived result, Instant now)
    {
        var count = 0;
        for (var at = 0; at < result.Bytes || count == 0; at += result.SegmentBytes, count++)
        {
            Give(result.From, _buffer.AsSpan(at, Math.Min(result.SegmentBytes, result.Bytes - at)), now);
        }

        return count;
    }

    private void Give(in DatagramAddress from, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (bytes.Length > port.Options.DatagramBytesMax)
        {
            _oversized++;
            return;
        }

        _received++;
        _bytes += bytes.Length;
        port.Give(from, bytes, now);
    }
}
