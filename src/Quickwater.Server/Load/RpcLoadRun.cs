using System.Collections.Concurrent;
using System.Diagnostics;
using Quickwater.Client;
using Quickwater.Net;
using Quickwater.Rpc;

namespace Quickwater.Server;

/// <summary>
/// Runs a load of calls through the client library. With a rate the instant of every call is fixed before it begins, and its time counts from there: a
/// call that finds no place because the server is slow counts as slow, and hides nothing. Use it once.
/// </summary>
internal sealed class RpcLoadRun : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(1);

    private readonly RpcLoadOptions _options;
    private readonly Process? _server;
    private readonly RpcClient _client;
    private readonly SemaphoreSlim _room;
    private readonly LoadWindow _window = new();
    private readonly ConcurrentDictionary<RpcErrorCode, long> _errors = new();
    private readonly RpcCallOptions _call = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Prepares a load.</summary>
    /// <param name="options">What it consists of.</param>
    /// <param name="host">The server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="server">The server's process, when it is on this machine and ours.</param>
    /// <param name="tls">How to speak TLS; null not to.</param>
    public RpcLoadRun(RpcLoadOptions options, string host, int port, Process? server, TlsClientOptions? tls)
    {
        _options = options;
        _server = server;
        _room = new SemaphoreSlim(options.InFlightInAll);
        _client = new RpcClient(host, port, new RpcConnectOptions
        {
            Connections = options.Connections,
            Tls = tls,
            Session = new RpcClientOptions { InFlightMax = options.InFlight, Token = options.Token },
        });
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="IOException">The server cannot be called at all.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<RpcLoadReport> RunAsync(CancellationToken stop)
    {
        var first = await _client.CallAsync(_options.Method, _options.Payload, _options.Encoding, _call, stop);
        stop.ThrowIfCancellationRequested();
        if (first.Error is { } error)
        {
            throw new IOException(error.ToString());
        }

        var begin = Stopwatch.GetTimestamp() + Ticks(_options.Warm);
        var end = begin + Ticks(_options.Duration);
        var calling = _options.Rate > 0 ? ByRateAsync(begin, end, stop) : ByTurnAsync(end, stop);
        await DelayUntilAsync(begin, stop);
        _window.Begin();
        var (load, server) = (LoadCpu(), ServerCpu());
        await DelayUntilAsync(end, stop);
        _window.End();
        var (loadNow, serverNow) = (LoadCpu(), ServerCpu());
        var unsent = await calling;
        return new RpcLoadReport
        {
            Options = _options,
            Measured = Stopwatch.GetElapsedTime(_window.From, _window.To),
            Window = _window,
            Errors = _errors.OrderBy(pair => pair.Key).ToDictionary(),
            Unsent = unsent,
            LoadCpu = loadNow - load,
            ServerCpu = serverNow - server,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _room.Dispose();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static async Task DelayUntilAsync(long at, CancellationToken stop)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, stop);
    }

    // Closed loop: as many callers as calls may be under way, each calls again when it has its answer.
    private async Task<long> ByTurnAsync(long end, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, _options.InFlightInAll).Select(async _ =>
        {
            await Task.Yield();
            while (Stopwatch.GetTimestamp() < end && !stop.IsCancellationRequested)
            {
                await CallAsync(Stopwatch.GetTimestamp(), stop);
            }
        }));
        return 0;
    }

    // Open loop. Answers how many calls were due in the measured time and never sent.
    private async Task<long> ByRateAsync(long begin, long end, CancellationToken stop)
    {
        await Task.Yield();
        var start = Stopwatch.GetTimestamp();
        var count = (long)((end - start) / (double)Stopwatch.Frequency * _options.Rate);
        var giveUp = end + Ticks(_options.Patience);
        for (var i = 0L; i < count; i++)
        {
            var due = DueOf(i);
            while (Stopwatch.GetTimestamp() < due)
            {
                await Task.Delay(Between, stop);
            }

            await _room.WaitAsync(stop);
            if (Stopwatch.GetTimestamp() > giveUp)
            {
                _room.Release();
                await LastAsync(stop);
                return count - Math.Max(i, (long)((begin - start) / (double)Stopwatch.Frequency * _options.Rate));
            }

            _ = CallAndLeaveAsync(due, stop);
        }

        await LastAsync(stop);
        return 0;

        long DueOf(long call) => start + (long)(call / (double)_options.Rate * Stopwatch.Frequency);
    }

    private async Task LastAsync(CancellationToken stop)
    {
        for (var i = 0; i < _options.InFlightInAll; i++)
        {
            await _room.WaitAsync(stop);
        }
    }

    private async Task CallAndLeaveAsync(long due, CancellationToken stop)
    {
        try
        {
            await CallAsync(due, stop);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task CallAsync(long due, CancellationToken stop)
    {
        var sent = Stopwatch.GetTimestamp();
        var result = await _client.CallAsync(_options.Method, _options.Payload, _options.Encoding, _call, stop);
        var answered = Stopwatch.GetTimestamp();
        if (!_window.Contains(due))
        {
            return;
        }

        if (result.Error is { } error)
        {
            _errors.AddOrUpdate(error.Code, 1, static (_, count) => count + 1);
            return;
        }

        _window.SinceDue.Add(Stopwatch.GetElapsedTime(due, answered));
        _window.SinceSent.Add(Stopwatch.GetElapsedTime(sent, answered));
    }

    private static TimeSpan LoadCpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    private TimeSpan? ServerCpu()
    {
        _server?.Refresh();
        return _server?.TotalProcessorTime;
    }
}
