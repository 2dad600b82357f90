using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>How far the send of a batch has got.</summary>
internal unsafe struct EpollSend
{
    private const int WindowPieces = 16;

    private ReadOnlyMemory<byte> _rest;
    private IList<ArraySegment<byte>>? _pieces;
    private int _next;
    private int _offset;

    /// <summary>Bytes in the batch.</summary>
    public int Total { get; private set; }

    /// <summary>Starts with a batch.</summary>
    public void Begin(SendBatch batch)
    {
        Total = batch.Bytes;
        if (!batch.TryContiguous(out _rest))
        {
            _pieces = batch.Gather();
            _next = 0;
            _offset = 0;
        }
    }

    /// <summary>Gives the kernel what it takes. 0 when all is sent, otherwise the error number that stopped it.</summary>
    public int Continue(int fd)
    {
        while (_pieces is null ? !_rest.IsEmpty : _next < _pieces.Count)
        {
            var sent = _pieces is null ? SendRest(fd) : SendPieces(fd, _pieces);
            if (sent < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != EpollCalls.Interrupted)
                {
                    return errno;
                }
            }
            else if (_pieces is null)
            {
                _rest = _rest[sent..];
            }
            else
            {
                Skip(sent, _pieces);
            }
        }

        return 0;
    }

    /// <summary>Lets go of the batch's memory.</summary>
    public void End()
    {
        _rest = default;
        _pieces = null;
    }

    private readonly int SendRest(int fd)
    {
        fixed (byte* start = _rest.Span)
        {
            return (int)EpollCalls.Send(fd, start, (nuint)_rest.Length, EpollCalls.DontWaitNoSignal);
        }
    }

    private readonly int SendPieces(int fd, IList<ArraySegment<byte>> pieces)
    {
        var count = Math.Min(pieces.Count - _next, WindowPieces);
        var vectors = stackalloc EpollCalls.Piece[WindowPieces];
        var pins = stackalloc GCHandle[WindowPieces];
        for (var i = 0; i < count; i++)
        {
            var piece = pieces[_next + i];
            var skip = i == 0 ? _offset : 0;
            pins[i] = GCHandle.Alloc(piece.Array, GCHandleType.Pinned);
            vectors[i].Start = pins[i].AddrOfPinnedObject() + piece.Offset + skip;
            vectors[i].Length = (nuint)(piece.Count - skip);
        }

        var message = new EpollCalls.MessageHeader { Pieces = vectors, PieceCount = (nuint)count };
        var sent = (int)EpollCalls.SendMessage(fd, &message, EpollCalls.DontWaitNoSignal);
        var errno = Marshal.GetLastPInvokeError();
        for (var i = 0; i < count; i++)
        {
            pins[i].Free();
        }

        Marshal.SetLastPInvokeError(errno);
        return sent;
    }

    private void Skip(int sent, IList<ArraySegment<byte>> pieces)
    {
        while (sent > 0)
        {
            var left = pieces[_next].Count - _offset;
            if (sent < left)
            {
                _offset += sent;
                return;
            }

            sent -= left;
            _offset = 0;
            _next++;
        }
    }
}
