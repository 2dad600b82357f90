using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// Accepts from a listening socket until it is stopped. It outlives a lack of descriptors, in which it waits longer and longer instead of spinning, and
/// peers that are gone before they are accepted.
/// </summary>
public sealed class AcceptLoop : IAsyncDisposable
{
    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly int _burstMax;
    private readonly Action<Socket> _handOn;
    private readonly IAcceptEvents _events;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _burstsCut;
    private int _stopped;

    /// <summary>Starts to accept.</summary>
    /// <param name="listener">Where; stays the caller's, who closes it after <see cref="Stop"/>.</param>
    /// <param name="burstMax">Connections accepted in one go before other work of the thread gets its chance.</param>
    /// <param name="handOn">Takes a connection over; one call at a time. It must not block. What it throws ends that connection and is reported.</param>
    /// <param name="events">Where trouble is reported.</param>
    /// <param name="time">The clock.</param>
    public AcceptLoop(Socket listener, int burstMax, Action<Socket> handOn, IAcceptEvents events, TimeProvider time)
    {
        _listener = listener;
        _burstMax = burstMax;
        _handOn = handOn;
        _events = events;
        _time = time;
        _loop = Task.Run(AcceptAllAsync);
    }

    /// <summary>How often it let others have their turn because a burst was as long as it may be.</summary>
    internal long BurstsCut => Volatile.Read(ref _burstsCut);

    /// <summary>Accepts no more; the caller closes the listening socket behind it. Idempotent.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _stop.Cancel();
        }
    }

    /// <summary>Stops, and waits until the loop is over; the listening socket must be closed for that. No call comes after it.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        var burst = 0;
        var failures = 0L;
        var failing = Reason.None;
        while (Volatile.Read(ref _stopped) == 0)
        {
            var accepting = AcceptAsync();
            if (!accepting.IsCompleted)
            {
                burst = 0; // it waits, so others had their chance
            }

            var (socket, error) = await accepting;
            if (socket is null)
            {
                if (!IsOfOnePeer(error) && Volatile.Read(ref _stopped) == 0)
                {
                    var why = SocketReasons.Of(error);
                    if (failing != why)
                    {
                        failing = why;
                        Try(null, () => _events.AcceptFailing(why, error));
                    }

                    await BackOffAsync(failures++);
                }

                continue;
            }

            if (failing != Reason.None)
            {
                var tried = failures;
                Try(null, () => _events.AcceptRecovered(tried));
                (failing, failures) = (Reason.None, 0);
            }

            Try(socket, () => _handOn(socket));
            if (++burst >= _burstMax)
            {
                burst = 0;
                Interlocked.Increment(ref _burstsCut);
                await Task.Yield();
            }
        }
    }

    // All that is to come depends on this loop: what one connection throws ends that one.
    private void Try(Socket? socket, Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault)
        {
            socket?.Dispose();
            Report(fault);
        }
    }

    private void Report(Exception fault)
    {
        try
        {
            _events.Faulted(null, fault);
        }
        catch (Exception)
        {
            // There is nobody else to tell.
        }
    }

    private async ValueTask<(Socket? Socket, SocketError Error)> AcceptAsync()
    {
        try
        {
            return (await _listener.AcceptAsync(), SocketError.Success);
        }
        catch (SocketException e)
        {
            return (null, e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return (null, SocketError.OperationAborted);
        }
    }

    // A peer that is gone before it was accepted is no trouble of the server.
    private static bool IsOfOnePeer(SocketError error) =>
        error is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted
            or SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    // Without file descriptors the waiting connection stays in the queue, and accepting at once again would spin.
    private async Task BackOffAsync(long failures)
    {
        var wait = BackOffMin * Math.Pow(2, Math.Min(failures, 10));
        try
        {
            await Task.Delay(wait < BackOffMax ? wait : BackOffMax, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
