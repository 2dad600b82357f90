using System.Runtime.CompilerServices;
using Quickwater.Core;
using Quickwater.Rtmp;

namespace Quickwater.Client;

/// <summary>
/// Plays a stream of an RTMP server. A reader that is slower than the stream slows the connection down, and the server drops by its rules. With
/// <see cref="ConnectOptions.Reconnect"/> it survives the server, on one time line. One reader at a time; the rest is thread-safe.
/// </summary>
public sealed class RtmpPlayer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RtmpAttempts _attempts;
    private readonly TagQueue _queue;
    private readonly Task<ClientFailure> _run;

    private RtmpPlayer(string url, RtmpPlayerOptions options)
    {
        if (options.QueueBytesMax < 1)
        {
            throw new ArgumentException($"queueBytesMax is {options.QueueBytesMax}; allowed is 1 and more", nameof(options));
        }

        _queue = new TagQueue(options.QueueBytesMax, () => _attempts?.Run.Works());
        _attempts = new RtmpAttempts(url, options)
        {
            Make = stream => Make(stream with { EndWithStream = options.EndWithStream, IdleTimeout = options.IdleTimeout }),
            Opened = _queue.Tags.Opened,
            Over = _queue.Over,
        };
        _run = Task.Run(RunAsync);
    }

    /// <summary>
    /// Ends when playing is over for good, with the reason: <see cref="Reason.StreamEnded"/> when the publisher ended,
    /// <see cref="Reason.Cancelled"/> after <see cref="DisposeAsync"/>. Tags may still be there to read then.
    /// </summary>
    public Task<ClientFailure> Ended => _run;

    /// <summary>Connects and comes back when the server starts to play.</summary>
    /// <param name="url">Such as <c>rtmp://host:1935/live/name</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ClientException">The server refused, or cannot be reached; with reconnecting, only for what cannot heal.</exception>
    /// <exception cref="ArgumentException">The URL is no RTMP stream's, or the options are not valid.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<RtmpPlayer> ConnectAsync(string url, RtmpPlayerOptions? options = null, CancellationToken cancel = default)
    {
        var player = new RtmpPlayer(url, options ?? new RtmpPlayerOptions());
        try
        {
            await player._attempts.Run.WaitAsync(player._run, cancel).ConfigureAwait(false);
            return player;
        }
        catch
        {
            await player.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// What comes, until the stream ends or the player is disposed of. The body of a tag is valid until the next one is asked for.
    /// </summary>
    /// <param name="cancel">Stops reading; the player plays on and can be read again.</param>
    /// <exception cref="ClientException">Playing ended otherwise; what had come was given before.</exception>
    /// <exception cref="InvalidOperationException">Somebody is reading already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<MediaTag> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (var tag in _queue.Tags.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            yield return tag;
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
        _attempts.Dispose();
        _stop.Dispose();
    }

    private RtmpClient Make(RtmpClientOptions stream) =>
        RtmpClient.Player(stream, _attempts.Client.Buffers, _attempts.Entropy, _queue);

    private async Task<ClientFailure> RunAsync()
    {
        try
        {
            return await _attempts.Run.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _queue.Tags.End();
        }
    }
}
