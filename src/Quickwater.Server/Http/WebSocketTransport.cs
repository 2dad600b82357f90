using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>
/// A WebSocket as a transport: each batch is one binary message, and messages that come are one stream of bytes. It ends as a whole: the
/// peer's close frame (RFC 6455, section 5.5.1) is answered here and reads as <see cref="Reason.PeerClosed"/>, or as the end of the stream
/// when this side has finished first; an end without a close frame is <see cref="Reason.ConnectionReset"/>.
/// </summary>
/// <param name="socket">The WebSocket; closing disposes of it.</param>
/// <param name="remote">The peer.</param>
/// <param name="local">This side.</param>
/// <param name="lent">The socket below it, where Kestrel lends it.</param>
/// <param name="gone">Cancelled when the connection below is lost: what is sent after that, Kestrel takes without a word.</param>
internal sealed class WebSocketTransport(
    WebSocket socket, IPEndPoint remote, IPEndPoint local, Socket? lent = null, CancellationToken gone = default)
    : WebTransport(remote, local), IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private Task _closing = Task.CompletedTask;
    private bool _finished;
    private IoResult? _over; // how the stream ended, once it did

    /// <summary>Completes when the close frame is sent, or could not be.</summary>
    public Task Closing => _closing;

    /// <summary>Call it when <see cref="WebTransport.Unused"/> and <see cref="Closing"/> are complete.</summary>
    public void Dispose() => _end.Dispose();

    /// <inheritdoc/>
    public override void FinishSending()
    {
        if (!_finished)
        {
            _finished = true;
            _closing = SendCloseAsync();
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<IoResult> ReceiveAsync(Memory<byte> buffer)
    {
        if (_over is { } over)
        {
            return over;
        }

        try
        {
            var received = await socket.ReceiveAsync(buffer, _end.Token);
            if (received.MessageType != WebSocketMessageType.Close)
            {
                return IoResult.Completed(received.Count);
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            return IoResult.Failed(Reason.ConnectionReset);
        }

        var end = socket.State == WebSocketState.Closed ? IoResult.EndOfStream : IoResult.Failed(Reason.PeerClosed);
        _over = end;
        if (socket.State == WebSocketState.CloseReceived)
        {
            _closing = SendCloseAsync();
        }

        return buffer.IsEmpty ? IoResult.Completed(0) : end;
    }

    /// <inheritdoc/>
    protected override async ValueTask<IoResult> SendAsync(SendBatch batch)
    {
        try
        {
            var waited = false;
            if (batch.TryContiguous(out var bytes))
            {
                var sending = socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, _end.Token);
                waited = !sending.IsCompleted;
                await sending;
            }
            else
            {
                var parts = batch.Gather();
                for (var i = 0; i < parts.Count; i++)
                {
                    var sending = socket.SendAsync(
                        parts[i].AsMemory(), WebSocketMessageType.Binary, endOfMessage: i == parts.Count - 1, _end.Token);
                    waited |= !sending.IsCompleted;
                    await sending;
                }
            }

            return gone.IsCancellationRequested || (waited && LentSocket.IsOver(lent))
                ? IoResult.Failed(Reason.ConnectionReset)
                : IoResult.Completed(batch.Bytes);
        }
        catch (Exception e) when (IsGone(e))
        {
            return IoResult.Failed(socket.CloseStatus is null ? Reason.ConnectionReset : Reason.PeerClosed);
        }
    }

    /// <inheritdoc/>
    protected override void EndOperations(bool cutShort)
    {
        // With an operation in flight this resets the connection below; otherwise what was sent still arrives.
        _end.Cancel();
        socket.Dispose();
    }

    private static bool IsGone(Exception e) =>
        e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException;

    private async Task SendCloseAsync()
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _end.Token);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The peer is gone: the receive in flight says so.
        }
    }
}
