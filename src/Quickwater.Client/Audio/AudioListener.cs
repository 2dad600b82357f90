using System.Runtime.CompilerServices;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Net;

namespace Quickwater.Client;

/// <summary>
/// Listens to a station of an audio server. A reader that is slower than the station slows the connection down, and the server makes it skip by its rules.
/// With <see cref="ConnectOptions.Reconnect"/> it survives the server, on one time line. One reader at a time; the rest is thread-safe.
/// </summary>
public sealed class AudioListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _host;
    private readonly int _port;
    private readonly AudioListenerOptions _options;
    private readonly AudioClientOptions _station;
    private readonly ClientEngine _client;
    private readonly WorkingRun _connections;
    private readonly ChunkQueue _queue;
    private readonly Task<ClientFailure> _run;

    private AudioListener(string address, AudioListenerOptions options)
    {
        (_host, _port, var station) = Parse(address);
        if (station.Station.Length == 0)
        {
            throw new ArgumentException($"{address} names no station; allowed: HOST[:PORT]/STATION", nameof(address));
        }

        if (options.QueueBytesMax < 1)
        {
            throw new ArgumentException($"queueBytesMax is {options.QueueBytesMax}; allowed is 1 and more", nameof(options));
        }

        _options = options;
        _station = station with { Agent = options.Agent, IdleTimeout = options.IdleTimeout };
        _client = new ClientEngine(options.Time);
        _connections = new WorkingRun(options, new SystemEntropy(), ConnectOnceAsync, AudioFailures.CanHeal);
        _queue = new ChunkQueue(options.QueueBytesMax, _client, _connections.Works, options.Noticed);
        _run = Task.Run(RunAsync);
    }

    /// <summary>
    /// Ends when listening is over for good, with the reason: <see cref="Reason.StreamEnded"/> when the station has ended, <see cref="Reason.Cancelled"/>
    /// after <see cref="DisposeAsync"/>. Chunks may still be there to read then.
    /// </summary>
    public Task<ClientFailure> Ended => _run;

    /// <summary>What was received, over all connections: totals, lag, jitter, what is missing.</summary>
    public AudioClientStats Stats { get; } = new();

    /// <summary>Connects and comes back when the server has accepted.</summary>
    /// <param name="address">HOST[:PORT]/STATION, such as <c>127.0.0.1:7000/speech</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ClientException">The server refused, or cannot be reached; with reconnecting, only for what cannot heal.</exception>
    /// <exception cref="ArgumentException">The address is none, or the options are not valid.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<AudioListener> ConnectAsync(string address, AudioListenerOptions? options = null, CancellationToken cancel = default)
    {
        var listener = new AudioListener(address, options ?? new AudioListenerOptions());
        try
        {
            await listener._connections.WaitAsync(listener._run, cancel).ConfigureAwait(false);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks a server for its stations.</summary>
    /// <param name="address">HOST[:PORT].</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ClientException">The server refused, or cannot be reached.</exception>
    /// <exception cref="ArgumentException">The address is none.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<IReadOnlyList<StationEntry>> ListAsync(string address, ConnectOptions? options = null, CancellationToken cancel = default)
    {
        var (host, port, _) = Parse(address);
        options ??= new ConnectOptions();
        using var engine = new ClientEngine(options.Time);
        var sink = new ListSink();
        var run = new WorkingRun(options, new SystemEntropy(), ConnectAsync, AudioFailures.CanHeal);
        var failure = await run.RunAsync(cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return failure.Why == Reason.Completed ? sink.Stations : throw new ClientException(failure);

        async Task<ClientFailure> ConnectAsync(CancellationToken stop)
        {
            var client = new AudioClient(new AudioClientOptions { ListsStations = true }, engine.Buffers, sink);
            var why = await engine.RunAsync(host, port, options.DialTimeout, client, static _ => { }, stop).ConfigureAwait(false);
            return AudioFailures.Of(why, client.Session);
        }
    }

    /// <summary>
    /// What comes, until the station ends or the listener is disposed of. The samples of a chunk are valid until the next one is asked for.
    /// </summary>
    /// <param name="cancel">Stops reading; the listener goes on and can be read again.</param>
    /// <exception cref="ClientException">Listening ended otherwise; what had come was given before.</exception>
    /// <exception cref="InvalidOperationException">Somebody is reading already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<StationChunk> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (var chunk in _queue.Chunks.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            yield return chunk;
        }

        var failure = await _run.ConfigureAwait(false);
        if (failure.Why is not (Reason.StreamEnded or Reason.Cancelled))
        {
            throw new ClientException(failure);
        }
    }

    /// <summary>Takes leave of the server and frees everything, what was not read too.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _queue.Dispose();
        _client.Dispose();
        _stop.Dispose();
    }

    private static (string Host, int Port, AudioClientOptions Station) Parse(string address) =>
        AudioClientOptions.TryParse(address, out var host, out var port, out var station) && station is not null
            ? (host, port, station)
            : throw new ArgumentException($"{address} is no station's address; allowed: HOST[:PORT]/STATION", nameof(address));

    private async Task<ClientFailure> RunAsync()
    {
        try
        {
            return await _connections.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _queue.Chunks.End();
        }
    }

    private async Task<ClientFailure> ConnectOnceAsync(CancellationToken stop)
    {
        // After a break, as much of the past as the break was long: what was missed, if the server still has it, and nothing twice.
        var client = new AudioClient(_station with { Burst = _queue.Silence ?? _options.Burst }, _client.Buffers, _queue, Stats);
        var why = await _client.RunAsync(_host, _port, _options.DialTimeout, client, _queue.Chunks.Opened, stop).ConfigureAwait(false);
        _queue.Over();
        return AudioFailures.Of(why, client.Session);
    }

    private sealed class ListSink : IAudioSink
    {
        public IReadOnlyList<StationEntry> Stations { get; private set; } = [];

        public void Accepted(in Accept accept)
        {
        }

        public void Format(in FormatNotice format)
        {
        }

        public void Chunk(in AudioChunk chunk)
        {
        }

        public void Titled(string title)
        {
        }

        public void Noticed(in Notice notice)
        {
        }

        public void Listed(IReadOnlyList<StationEntry> stations) => Stations = stations;
    }
}
