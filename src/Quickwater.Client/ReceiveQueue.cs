using System.Runtime.CompilerServices;
using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>
/// What a client has received and its reader has not taken. When it is full the connection reads nothing more, and is woken when there is room.
/// Written in the connection's turn, read by one reader.
/// </summary>
/// <typeparam name="T">What the reader gets.</typeparam>
/// <param name="bytesMax">Bytes that may wait; one more item always fits.</param>
internal sealed class ReceiveQueue<T>(int bytesMax) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<(T Item, PooledBytes Body)> _items = new();
    private TaskCompletionSource? _more; // while the reader waits
    private IMailbox? _mailbox;
    private long _bytes;
    private int _reading;
    private bool _ended;
    private bool _disposed;

    /// <summary>Whether nothing more shall be read from the network.</summary>
    public bool IsFull => Volatile.Read(ref _bytes) > bytesMax;

    /// <summary>Names the connection to wake.</summary>
    public void Opened(IMailbox mailbox) => Volatile.Write(ref _mailbox, mailbox);

    /// <summary>The connection is over.</summary>
    public void Over() => Volatile.Write(ref _mailbox, null);

    /// <summary>Adds an item, whose body is the queue's to release.</summary>
    public void Add(T item, PooledBytes body)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                body.Release();
                return;
            }

            _items.Enqueue((item, body));
            Volatile.Write(ref _bytes, _bytes + body.Length);
            _more?.TrySetResult();
        }
    }

    /// <summary>Nothing comes any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _more?.TrySetResult();
        }
    }

    /// <summary>Takes the next item, whose body is the caller's to release. False when there is none: at the end, or when <paramref name="more"/> ends.</summary>
    public bool TryTake(out T? item, out PooledBytes? body, out Task? more)
    {
        var hasRoomAgain = false;
        (item, body, more) = (default, null, null);
        lock (_lock)
        {
            if (_items.TryDequeue(out var next))
            {
                // Under the lock: what is added meanwhile must not hide that the queue was full.
                var wasFull = IsFull;
                (item, body) = next;
                Volatile.Write(ref _bytes, _bytes - body.Length);
                hasRoomAgain = wasFull && !IsFull;
            }
            else if (!_ended)
            {
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _more.Task;
            }
        }

        if (hasRoomAgain)
        {
            Volatile.Read(ref _mailbox)?.Wake();
        }

        return body is not null;
    }

    /// <summary>All that comes until the end. The body of an item is released when the next is asked for.</summary>
    /// <exception cref="InvalidOperationException">Somebody is reading already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; reading can go on later.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new InvalidOperationException("It has one reader at a time.");
        }

        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (TryTake(out var item, out var body, out var more) && item is not null)
                {
                    try
                    {
                        yield return item;
                    }
                    finally
                    {
                        body?.Release();
                    }
                }
                else if (more is null)
                {
                    break;
                }
                else
                {
                    await more.WaitAsync(cancel).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_items.TryDequeue(out var next))
            {
                next.Body.Release();
            }
        }
    }
}
