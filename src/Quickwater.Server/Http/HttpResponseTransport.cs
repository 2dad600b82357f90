using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>
/// A long HTTP response as a transport. Nothing is received: the request has no body, and its end is that the peer went away. The
/// response starts with the first send, so until then its status is open.
/// </summary>
internal sealed class HttpResponseTransport : WebTransport
{
    private readonly HttpContext _context;
    private readonly Socket? _socket;
    private readonly PipeWriter _body;
    private readonly Action<HttpResponse> _start;
    private readonly TaskCompletionSource<IoResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _aborted;
    private bool _finished;

    /// <summary>Makes a transport of a request that is not answered yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="socket">The socket below it, where Kestrel lends it.</param>
    /// <param name="remote">The peer.</param>
    /// <param name="local">This side.</param>
    /// <param name="start">Sets status and headers, before the first byte.</param>
    public HttpResponseTransport(
        HttpContext context, Socket? socket, IPEndPoint remote, IPEndPoint local, Action<HttpResponse> start)
        : base(remote, local)
    {
        _context = context;
        _socket = socket;
        _body = context.Response.BodyWriter;
        _start = start;
        _aborted = context.RequestAborted.Register(() => _ended.TrySetResult(IoResult.Failed(Reason.PeerClosed)));
    }

    /// <inheritdoc/>
    public override long UnacknowledgedBytes => _socket is { } socket ? TcpSystemCalls.UnacknowledgedBytes(socket.SafeHandle) : 0;

    /// <inheritdoc/>
    public override void LimitUnsent(int bytes)
    {
        if (_socket is { } socket)
        {
            TcpSystemCalls.TryLimitUnsent(socket, bytes);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The handler's return ends the response; there is nothing to wait for from the peer.</remarks>
    public override void FinishSending()
    {
        _finished = true;
        _ended.TrySetResult(IoResult.EndOfStream);
    }

    /// <inheritdoc/>
    protected override ValueTask<IoResult> ReceiveAsync(Memory<byte> buffer) => new(_ended.Task);

    /// <inheritdoc/>
    protected override async ValueTask<IoResult> SendAsync(SendBatch batch)
    {
        try
        {
            if (!_context.Response.HasStarted)
            {
                _start(_context.Response);
            }

            if (batch.TryContiguous(out var bytes))
            {
                _body.Write(bytes.Span);
            }
            else
            {
                foreach (var part in batch.Gather())
                {
                    _body.Write(part);
                }
            }

            // Waits while the response's buffer is full: that is the backpressure.
            var flush = _body.FlushAsync(CancellationToken.None);
            var waited = !flush.IsCompleted;
            var flushed = await flush;
            return flushed.IsCompleted || flushed.IsCanceled || _context.RequestAborted.IsCancellationRequested
                || (waited && LentSocket.IsOver(_socket))
                ? IoResult.Failed(Reason.PeerClosed)
                : IoResult.Completed(batch.Bytes);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            return IoResult.Failed(Reason.PeerClosed);
        }
    }

    /// <inheritdoc/>
    protected override void EndOperations(bool cutShort)
    {
        _ended.TrySetResult(IoResult.Failed(Reason.Disposed)); // before the abort, which would say that the peer went
        if (cutShort || (_context.Response.HasStarted && !_finished))
        {
            // Without the last chunk of the body the peer knows that the response is not whole.
            _context.Abort();
        }

        _aborted.Unregister();
    }
}
