using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The one receive operation of a transport, used again and again.</summary>
internal sealed class TcpReceive(TcpTransport transport, Socket socket)
    : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    private bool _isWait;

    /// <summary>Starts a receive, or with an empty buffer a wait for readability.</summary>
    public IoResult Start(Memory<byte> buffer)
    {
        _isWait = buffer.IsEmpty;
        SetBuffer(buffer);
        try
        {
            return socket.ReceiveAsync(this) ? IoResult.Pending : Outcome();
        }
        catch (ObjectDisposedException)
        {
            return IoResult.Failed(Reason.Disposed); // closed by another thread in this moment
        }
    }

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e) => transport.ReceiveDone(Outcome());

    private IoResult Outcome()
    {
        SetBuffer(default); // an idle connection must not keep a pooled buffer alive
        if (SocketError != SocketError.Success)
        {
            return IoResult.Failed(SocketReasons.Of(SocketError));
        }

        return BytesTransferred > 0 || _isWait ? IoResult.Completed(BytesTransferred) : IoResult.EndOfStream;
    }
}
