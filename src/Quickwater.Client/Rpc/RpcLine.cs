using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>One connection of a pool: made when it is needed, and again after it is lost. Thread-safe.</summary>
internal sealed class RpcLine(string host, int port, RpcConnectOptions options, ClientDialer dialer, Engine engine, PooledBytes.Pool buffers, CancellationToken stop)
{
    private readonly Lock _lock = new();
    private readonly Backoff? _backoff = options.MakeBackoff(new SystemEntropy());
    private Task<Reason> _opening = Task.FromResult(Reason.None);
    private RpcClientSession? _session;
    private Reason _lastFailure;
    private Instant _opened;
    private TimeSpan? _wait = TimeSpan.Zero; // before the next attempt; null when there is none
    private RpcError? _refusal; // of our token; until an attempt that could go better is due
    private Instant _refusedUntil;

    /// <summary>The session, if it takes calls.</summary>
    public RpcClientSession? Usable
    {
        get
        {
            lock (_lock)
            {
                return _session is { TakesCalls: true } session ? session : null;
            }
        }
    }

    /// <summary>
    /// Why the server refused the token, while it is too early to try it again; null otherwise. A call does not wait for that time: it fails, and only one that comes
    /// later makes another attempt. Without reconnects there is none.
    /// </summary>
    public RpcError? Refusal
    {
        get
        {
            lock (_lock)
            {
                var now = engine.Clock.Now;
                if (_session is { TakesCalls: false, Refusal: { } refusal })
                {
                    _session = null;
                    _refusal = refusal;
                    _refusedUntil = _backoff?.Failed(TimeSpan.Zero) is { } wait ? now + wait : Instant.Never;
                    _wait = TimeSpan.Zero;
                }

                return now < _refusedUntil ? _refusal : null;
            }
        }
    }

    /// <summary>Why the last attempt to connect, or the last connection, came to nothing; <see cref="Reason.None"/> when none did.</summary>
    public Reason LastFailure
    {
        get
        {
            lock (_lock)
            {
                return _lastFailure;
            }
        }
    }

    /// <summary>Calls under way.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _session?.InFlight ?? 0;
            }
        }
    }

    /// <summary>Connects, if it is not connected. All who ask meanwhile wait for the same attempt.</summary>
    /// <returns><see cref="Reason.None"/>, or why it could not.</returns>
    public Task<Reason> OpenAsync()
    {
        lock (_lock)
        {
            if (_opening.IsCompleted && _session is not { TakesCalls: true })
            {
                if (_session is not null)
                {
                    _wait = _backoff?.Failed(engine.Clock.Now - _opened);
                    _lastFailure = _session.Ended;
                    _session = null;
                }

                _opening = _wait is { } wait ? OpenAsync(wait) : Task.FromResult(Reason.ConnectionAborted);
            }

            return _opening;
        }
    }

    private async Task<Reason> OpenAsync(TimeSpan wait)
    {
        await Task.Delay(wait, options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var dialed = await dialer.DialAsync(host, port, stop).ConfigureAwait(false);
        if (dialed.Transport is not null)
        {
            var session = new RpcClientSession(options.Session, buffers);
            engine.Open(dialed.Transport, session);
            lock (_lock)
            {
                (_session, _opened) = (session, engine.Clock.Now);
            }

            return Reason.None;
        }

        TimeSpan? next;
        lock (_lock)
        {
            next = _wait = _backoff?.Failed(TimeSpan.Zero);
            _lastFailure = dialed.Reason;
        }

        if (next is { } announced)
        {
            options.Retrying?.Invoke(new RetryNotice(new ClientFailure(dialed.Reason), announced));
        }

        return dialed.Reason;
    }
}
