using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>
/// Publishes a stream to an RTMP server. <see cref="SendAsync"/> waits while the server takes bytes more slowly than they come. With
/// <see cref="ConnectOptions.Reconnect"/> it survives the server: while there is no connection frames wait in the queue, and each new
/// connection begins with the configurations in force and with a key frame. Thread-safe, but frames go out in the order of the calls.
/// </summary>
public sealed class RtmpPublisher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RtmpAttempts _attempts;
    private readonly FrameQueue _queue;
    private readonly Task<ClientFailure> _run;

    private RtmpPublisher(string url, RtmpPublisherOptions options)
    {
        if (options.QueueBytesMax < 1)
        {
            throw new ArgumentException($"queueBytesMax is {options.QueueBytesMax}; allowed is 1 and more", nameof(options));
        }

        _attempts = new RtmpAttempts(url, options)
        {
            Make = Make,
            Opened = mailbox => _queue?.Opened(mailbox),
            Over = () => _queue?.Over(),
        };
        _queue = new FrameQueue(_attempts.Client.Frames, _attempts.Client.Buffers, options.QueueBytesMax, _attempts.Run.Works);
        _run = Task.Run(() => _attempts.Run.RunAsync(_stop.Token));
    }

    /// <summary>
    /// Ends when publishing is over for good, with the reason: <see cref="Reason.Completed"/> after <see cref="CompleteAsync"/>,
    /// <see cref="Reason.Cancelled"/> after <see cref="DisposeAsync"/>.
    /// </summary>
    public Task<ClientFailure> Ended => _run;

    /// <summary>Frames handed to the server's connection.</summary>
    public long FramesSent => _queue.Sent;

    /// <summary>Frames not sent: what a break made useless, and what <see cref="TrySend"/> had no room for.</summary>
    public long FramesDropped => _queue.Dropped;

    /// <summary>Connects and comes back when the server lets it publish.</summary>
    /// <param name="url">Such as <c>rtmp://host:1935/live/name?key=k</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ClientException">The server refused, or cannot be reached; with reconnecting, only for what cannot heal.</exception>
    /// <exception cref="ArgumentException">The URL is no RTMP stream's, or the options are not valid.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<RtmpPublisher> ConnectAsync(string url, RtmpPublisherOptions? options = null, CancellationToken cancel = default)
    {
        var publisher = new RtmpPublisher(url, options ?? new RtmpPublisherOptions());
        try
        {
            await publisher._attempts.Run.WaitAsync(publisher._run, cancel).ConfigureAwait(false);
            return publisher;
        }
        catch
        {
            await publisher.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a frame: waits while the queue is full, so a slow server slows the caller down. The body is copied.</summary>
    /// <param name="type">Audio, video or script data.</param>
    /// <param name="milliseconds">Its time. RTMP sends 32 bits of it; they may wrap.</param>
    /// <param name="body">The body of an FLV tag: what RTMP sends as a message.</param>
    /// <param name="cancel">Gives up waiting; the frame is not sent then.</param>
    /// <exception cref="ClientException">Publishing is over.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async ValueTask SendAsync(FlvTagType type, long milliseconds, ReadOnlyMemory<byte> body, CancellationToken cancel = default)
    {
        ThrowIfTooLong(body.Length);
        cancel.ThrowIfCancellationRequested();
        while (true)
        {
            await ThrowIfOverAsync().ConfigureAwait(false);
            if (_queue.TryAdd(type, milliseconds, body.Span, out var room))
            {
                return;
            }

            await Task.WhenAny(room, _run).WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Sends a frame if there is room for it now: for sources that cannot wait. After a video frame that was not taken, no video is sent
    /// before the next key. False when it was not taken.
    /// </summary>
    /// <exception cref="ClientException">Publishing is over.</exception>
    public bool TrySend(FlvTagType type, long milliseconds, ReadOnlySpan<byte> body)
    {
        ThrowIfTooLong(body.Length);
        if (_run.IsCompletedSuccessfully)
        {
            throw new ClientException(_run.GetAwaiter().GetResult());
        }

        if (_queue.TryAdd(type, milliseconds, body, out _))
        {
            return true;
        }

        _queue.NoteLoss(type);
        return false;
    }

    /// <summary>Sends what is queued, takes leave of the server and ends. Nothing can be sent afterwards.</summary>
    /// <exception cref="ClientException">Publishing ended otherwise before all was sent.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; dispose of the publisher then.</exception>
    public async Task CompleteAsync(CancellationToken cancel = default)
    {
        _queue.Complete();
        var failure = await _run.WaitAsync(cancel).ConfigureAwait(false);
        if (failure.Why != Reason.Completed)
        {
            throw new ClientException(failure);
        }
    }

    /// <summary>Takes leave of the server without sending what is queued, and frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _queue.Dispose();
        _attempts.Dispose();
        _stop.Dispose();
    }

    private static void ThrowIfTooLong(int bytes)
    {
        if (bytes > RtmpLimits.WireMessageBytesMax)
        {
            throw new ArgumentException($"A body has {bytes} bytes; RTMP can send {RtmpLimits.WireMessageBytesMax}.", nameof(bytes));
        }
    }

    private RtmpClient Make(RtmpClientOptions stream) =>
        RtmpClient.Publisher(stream, _attempts.Client.Buffers, _attempts.Entropy, _queue);

    private async ValueTask ThrowIfOverAsync()
    {
        if (_run.IsCompleted)
        {
            throw new ClientException(await _run.ConfigureAwait(false));
        }
    }
}
