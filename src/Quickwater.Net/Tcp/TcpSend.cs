using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The one send operation of a transport, used again and again. It is over when the kernel has the whole batch.</summary>
internal sealed class TcpSend(TcpTransport transport, Socket socket)
    : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    // Up to 8 pieces, the runtime keeps its vectors on the stack; beyond, every send allocates them anew.
    private const int WindowPieces = 8;

    private List<ArraySegment<byte>>? _window;
    private IList<ArraySegment<byte>>? _pieces;
    private int _next;
    private int _offset;
    private Memory<byte> _rest;
    private int _total;
    private int _left;

    /// <summary>Starts to send the batch.</summary>
    public IoResult Start(SendBatch batch)
    {
        _total = batch.Bytes;
        _left = _total;
        if (batch.TryContiguous(out var bytes))
        {
            _rest = MemoryMarshal.AsMemory(bytes); // sends only read
            SetBuffer(_rest);
        }
        else
        {
            _pieces = batch.Gather();
            _next = 0;
            _offset = 0;
            LoadWindow(_pieces);
        }

        return Pump();
    }

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        var result = Advance() ? Pump() : Outcome();
        if (result.Status != IoStatus.Pending)
        {
            transport.SendDone(result);
        }
    }

    private IoResult Pump()
    {
        try
        {
            do
            {
                if (socket.SendAsync(this))
                {
                    return IoResult.Pending;
                }
            }
            while (Advance());
            return Outcome();
        }
        catch (ObjectDisposedException)
        {
            LetGo();
            return IoResult.Failed(Reason.Disposed); // closed by another thread in this moment
        }
    }

    private IoResult Outcome()
    {
        LetGo();
        if (SocketError != SocketError.Success)
        {
            return IoResult.Failed(SocketReasons.Of(SocketError));
        }

        return _left == 0 ? IoResult.Completed(_total) : IoResult.Failed(Reason.ConnectionAborted);
    }

    // Counts what the last send took; true when there is more to send.
    private bool Advance()
    {
        if (SocketError != SocketError.Success || BytesTransferred == 0)
        {
            return false;
        }

        _left -= BytesTransferred;
        if (_pieces is null)
        {
            _rest = _rest[BytesTransferred..];
            SetBuffer(_rest);
            return !_rest.IsEmpty;
        }

        for (var taken = BytesTransferred; taken > 0;)
        {
            var left = _pieces[_next].Count - _offset;
            if (taken < left)
            {
                _offset += taken;
                break;
            }

            taken -= left;
            _offset = 0;
            _next++;
        }

        if (_next == _pieces.Count)
        {
            return false;
        }

        LoadWindow(_pieces);
        return true;
    }

    private void LoadWindow(IList<ArraySegment<byte>> pieces)
    {
        _window ??= new List<ArraySegment<byte>>(WindowPieces);
        _window.Clear();
        for (var i = _next; i < pieces.Count && _window.Count < WindowPieces; i++)
        {
            _window.Add(i == _next ? pieces[i].Slice(_offset) : pieces[i]);
        }

        BufferList = _window; // copied by the setter, so it is set anew each time
    }

    // A finished send must not keep shared bytes alive.
    private void LetGo()
    {
        if (_pieces is not null)
        {
            _pieces = null;
            _window?.Clear();
            BufferList = null;
        }

        _rest = default;
        SetBuffer(default);
    }
}
