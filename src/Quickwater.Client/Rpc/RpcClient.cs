using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quickwater.Core;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Client;

/// <summary>
/// Calls the methods of an RPC server, many at once over a pool of connections. Calls beyond what may be in flight wait for their turn: that is the
/// backpressure. Errors are values that say whether the method may have run; a call that certainly has not, or that is declared
/// <see cref="RpcCallOptions.Idempotent"/>, is made again on another connection while its time allows; others never are. Thread-safe.
/// </summary>
public sealed class RpcClient : IAsyncDisposable, IConnectionObserver
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(5);

    private readonly RpcConnectOptions _options;
    private readonly Engine _engine;
    private readonly CancellationTokenSource _stop = new();

    [SuppressMessage("Usage", "CA2213", Justification = "Calls that end after the client leave it still; it holds no handle that would need disposal.")]
    private readonly SemaphoreSlim _room;

    private readonly RpcLine[] _lines;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a client. It connects with the first call.</summary>
    /// <param name="host">The server's name or address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are not valid, or a file of TLS cannot be used.</exception>
    public RpcClient(string host, int port, RpcConnectOptions? options = null)
    {
        _options = options ?? new RpcConnectOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Connections, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.Connections, 1000, nameof(options));
        _engine = new Engine(new EngineOptions(), new SystemScheduler(), _options.Time, this);
        var buffers = new PooledBytes.Pool(_engine.Leaks);
        _room = new SemaphoreSlim(_options.Connections * _options.Session.InFlightMax);
        var dialer = new ClientDialer(_options, _options.Tls, _engine.Leaks);
        _lines = [.. Enumerable.Range(0, _options.Connections).Select(_ => new RpcLine(host, port, _options, dialer, _engine, buffers, _stop.Token))];
    }

    /// <summary>What is alive: all zero when it is disposed.</summary>
    public LeakCounters Leaks => _engine.Leaks;

    /// <summary>Calls a method with typed parameters, as JSON.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameters">What it is called with.</param>
    /// <param name="request">How the parameters are written.</param>
    /// <param name="response">How the result is read.</param>
    /// <param name="options">What the call wants beside; null for the defaults.</param>
    /// <param name="cancel">Gives up: the server is told, and the answer is <see cref="RpcErrorCode.Cancelled"/>.</param>
    public async Task<RpcResult<TResponse>> CallAsync<TRequest, TResponse>(
        string method, TRequest parameters, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response,
        RpcCallOptions? options = null, CancellationToken cancel = default)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(parameters, request);
        var result = await CallAsync(method, payload, RpcEncoding.Json, options, cancel).ConfigureAwait(false);
        if (result.Error is { } error)
        {
            return error;
        }

        try
        {
            return JsonSerializer.Deserialize(result.Value.Span, response) is { } value ? value : default(RpcResult<TResponse>);
        }
        catch (JsonException e)
        {
            return new RpcError(RpcErrorCode.MalformedAnswer, $"The result is not what was expected: {e.Message}");
        }
    }

    /// <summary>Calls a method with a raw payload: one JSON value, or bytes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="payload">What it is called with; must stay as it is until the call is over.</param>
    /// <param name="encoding">What the payload is, and the result will be.</param>
    /// <param name="options">What the call wants beside; null for the defaults.</param>
    /// <param name="cancel">Gives up: the server is told, and the answer is <see cref="RpcErrorCode.Cancelled"/>.</param>
    /// <exception cref="ArgumentException">The method's name is empty or too long.</exception>
    public async Task<RpcResult<ReadOnlyMemory<byte>>> CallAsync(
        string method, ReadOnlyMemory<byte> payload, RpcEncoding encoding, RpcCallOptions? options = null, CancellationToken cancel = default)
    {
        options ??= RpcCallOptions.Default;
        var deadline = DeadlineOf(options);
        if (await EnterAsync(deadline, cancel).ConfigureAwait(false) is { } late)
        {
            return late;
        }

        var attempts = new RpcAttempts(options.Idempotent);
        try
        {
            while (true)
            {
                var call = new RpcTaskCall(method, payload, encoding) { Deadline = deadline, Trace = TraceOf(options) };
                var (session, error) = await SendAsync(call, deadline, cancel).ConfigureAwait(false);
                if (session is null)
                {
                    return attempts.Last(error);
                }

                var registration = cancel.UnsafeRegister(static (state, _) => ((Sent?)state)?.Cancel(), new Sent(session, call));
                await using (registration.ConfigureAwait(false))
                {
                    var result = await call.Answer.ConfigureAwait(false);
                    if (result.Error is not { } failure)
                    {
                        return result;
                    }

                    if (!attempts.MayGoOn(failure))
                    {
                        return attempts.Last(failure);
                    }
                }
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Calls a method that gives a stream, with typed parameters, as JSON.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameters">What it is called with.</param>
    /// <param name="request">How the parameters are written.</param>
    /// <param name="item">How an item is read.</param>
    /// <param name="options">What the call wants beside; null for the defaults.</param>
    /// <param name="cancel">Gives up: the server is told.</param>
    /// <returns>The items. A reader that is slow makes the server wait; one that stops early makes it stop.</returns>
    /// <exception cref="RpcException">The stream failed: thrown by the enumeration.</exception>
    public async IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        string method, TRequest parameters, JsonTypeInfo<TRequest> request, JsonTypeInfo<TItem> item,
        RpcCallOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (var one in StreamNullableAsync(method, parameters, request, item, options, cancel).ConfigureAwait(false))
        {
            yield return one ?? throw new RpcException(Unexpected("null"));
        }
    }

    /// <summary>As <see cref="StreamAsync{TRequest, TItem}"/>, for a stream whose items may be null.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameters">What it is called with.</param>
    /// <param name="request">How the parameters are written.</param>
    /// <param name="item">How an item is read.</param>
    /// <param name="options">What the call wants beside; null for the defaults.</param>
    /// <param name="cancel">Gives up: the server is told.</param>
    /// <exception cref="RpcException">The stream failed: thrown by the enumeration.</exception>
    public async IAsyncEnumerable<TItem?> StreamNullableAsync<TRequest, TItem>(
        string method, TRequest parameters, JsonTypeInfo<TRequest> request, JsonTypeInfo<TItem> item,
        RpcCallOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(parameters, request);
        await foreach (var bytes in StreamAsync(method, payload, RpcEncoding.Json, options, cancel).ConfigureAwait(false))
        {
            yield return Read(bytes.Span, item);
        }
    }

    /// <summary>Calls a method that gives a stream, with a raw payload.</summary>
    /// <param name="method">The method.</param>
    /// <param name="payload">What it is called with; must stay as it is until the stream is over.</param>
    /// <param name="encoding">What the payload is, and every item will be.</param>
    /// <param name="options">What the call wants beside; null for the defaults.</param>
    /// <param name="cancel">Gives up: the server is told.</param>
    /// <exception cref="RpcException">The stream failed: thrown by the enumeration.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        string method, ReadOnlyMemory<byte> payload, RpcEncoding encoding, RpcCallOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancel = default)
    {
        options ??= RpcCallOptions.Default;
        var deadline = DeadlineOf(options);
        if (await EnterAsync(deadline, cancel).ConfigureAwait(false) is { } late)
        {
            throw new RpcException(late);
        }

        Sent? sent = null;
        try
        {
            var call = await StartStreamAsync().ConfigureAwait(false);
            using var registration = cancel.UnsafeRegister(static (state, _) => ((Sent?)state)?.Cancel(), sent);
            await foreach (var (bytes, cost) in call.Items.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                sent?.Session.AddCredit(call, cost);
                yield return bytes;
            }

            sent = null;
        }
        finally
        {
            sent?.Cancel();
            _room.Release();
        }

        async Task<RpcStreamCall> StartStreamAsync()
        {
            var attempts = new RpcAttempts(options.Idempotent);
            while (true)
            {
                var call = new RpcStreamCall(method, payload, encoding) { Deadline = deadline, Trace = TraceOf(options), Credit = options.Credit };
                var (session, error) = await SendAsync(call, deadline, cancel).ConfigureAwait(false);
                sent = new Sent(session ?? throw new RpcException(attempts.Last(error)), call);
                using var registration = cancel.UnsafeRegister(static (state, _) => ((Sent?)state)?.Cancel(), sent);
                if (await call.Started.ConfigureAwait(false) is not { } failure)
                {
                    return call;
                }

                if (!attempts.MayGoOn(failure))
                {
                    throw new RpcException(attempts.Last(failure));
                }
            }
        }
    }

    /// <summary>Lets the calls under way finish for up to 5 seconds, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _engine.Emptied += (_, _) => _empty.TrySetResult();
        _engine.Drain();
        await _stop.CancelAsync().ConfigureAwait(false);
        if (!await IsEmptyAsync().ConfigureAwait(false))
        {
            _engine.Abort(Reason.Disposed);
            await IsEmptyAsync().ConfigureAwait(false);
        }

        _engine.Dispose();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    void IConnectionObserver.Opened(ConnectionInfo connection)
    {
    }

    /// <inheritdoc/>
    void IConnectionObserver.Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
    }

    /// <inheritdoc/>
    void IConnectionObserver.Faulted(ConnectionInfo connection, Exception fault) =>
        Trace.TraceError($"A fault in the RPC client's connection {connection.Id}: {fault}");

    private static RpcTraceContext TraceOf(RpcCallOptions options) =>
        options.Trace ?? (RpcTraceContext.TryParse(Activity.Current?.Id, out var current) ? current : default);

    private static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException e)
        {
            throw new RpcException(Unexpected(e.Message));
        }
    }

    private static RpcError Unexpected(string what) => new(RpcErrorCode.MalformedAnswer, $"The result is not what was expected: {what}");

    private Instant DeadlineOf(RpcCallOptions options) => _engine.Clock.Now + (options.Timeout ?? _options.CallTimeout);

    private TimeSpan LeftOf(Instant deadline)
    {
        var left = deadline - _engine.Clock.Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Null when there was room in time.
    private async ValueTask<RpcError?> EnterAsync(Instant deadline, CancellationToken cancel)
    {
        try
        {
            return await _room.WaitAsync(LeftOf(deadline), cancel).ConfigureAwait(false) ? null : Late;
        }
        catch (OperationCanceledException)
        {
            return NotWanted;
        }
    }

    // Gives the call to the connection that has the fewest, making one where there is none.
    private async Task<(RpcClientSession? Session, RpcError Error)> SendAsync(RpcOutgoing call, Instant deadline, CancellationToken cancel)
    {
        while (!_stop.IsCancellationRequested)
        {
            var line = _lines.MinBy(static one => one.InFlight) ?? _lines[0];
            if (line.Usable is { } session && session.TryCall(call))
            {
                return (session, NotWanted);
            }

            if (line.Refusal is { } refusal)
            {
                return (null, refusal);
            }

            try
            {
                var why = await line.OpenAsync().WaitAsync(LeftOf(deadline), _options.Time, cancel).ConfigureAwait(false);
                if (why != Reason.None && (!_options.WaitForServer || _options.Reconnect is null))
                {
                    return (null, new RpcError(RpcErrorCode.ConnectionLost, $"There is no connection: {why.Text()}.") { MayHaveRun = false });
                }
            }
            catch (TimeoutException)
            {
                return (null, line.LastFailure == Reason.None ? Late : Late with { Message = $"{Late.Message} There was no connection: {line.LastFailure.Text()}." });
            }
            catch (OperationCanceledException)
            {
                return (null, NotWanted);
            }
        }

        return (null, new RpcError(RpcErrorCode.ConnectionLost, "The client is disposed.") { MayHaveRun = false });
    }

    private static RpcError Late { get; } = new(RpcErrorCode.DeadlineExceeded, "The time for the call ran out before it was sent.") { MayHaveRun = false };

    private static RpcError NotWanted { get; } = new(RpcErrorCode.Cancelled, "The caller cancelled it before it was sent.") { MayHaveRun = false };

    private async Task<bool> IsEmptyAsync()
    {
        if (_engine.OpenCount == 0)
        {
            return true;
        }

        await _empty.Task.WaitAsync(LeaveTimeout, _options.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _engine.OpenCount == 0;
    }

    private sealed record Sent(RpcClientSession Session, RpcOutgoing Call)
    {
        public void Cancel() => Session.Cancel(Call);
    }
}
