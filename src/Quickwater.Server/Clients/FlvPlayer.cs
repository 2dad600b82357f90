using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>Plays a stream of an RTMP server into FLV, its time line beginning at 0. Use it once.</summary>
/// <param name="output">Where FLV goes, closed with the player; null counts only.</param>
internal sealed class FlvPlayer(Stream? output) : IDisposable
{
    private bool _begun;
    private byte[] _buffer = new byte[FlvWriter.HeaderBytes];

    /// <summary>What was received.</summary>
    public TransferCounts Received { get; } = new();

    /// <summary>Runs until the stream has ended, playing is over for good, or it is told to stop.</summary>
    /// <exception cref="OutputException">What came cannot be written.</exception>
    public async Task<ClientFailure> RunAsync(string url, RtmpPlayerOptions options, CancellationToken stop)
    {
        try
        {
            var failure = await PlayAsync(url, options, stop);
            await FinishAsync();
            return failure;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw OutputOption.Failed(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => output?.Dispose();

    private async Task<ClientFailure> PlayAsync(string url, RtmpPlayerOptions options, CancellationToken stop)
    {
        try
        {
            await using var player = await RtmpPlayer.ConnectAsync(url, options, stop);
            await using var tags = player.ReadAllAsync(stop).GetAsyncEnumerator(CancellationToken.None);
            while (true)
            {
                var next = tags.MoveNextAsync();
                if (!next.IsCompleted && output is not null)
                {
                    await output.FlushAsync(CancellationToken.None); // whoever reads it gets all there is before this waits
                }

                if (!await next)
                {
                    return await player.Ended;
                }

                await WriteAsync(tags.Current);
            }
        }
        catch (ClientException e)
        {
            return e.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new ClientFailure(Reason.Cancelled);
        }
    }

    private async ValueTask WriteAsync(MediaTag tag)
    {
        Received.Add(tag.Type, tag.Body.Length, tag.Milliseconds);
        if (output is null)
        {
            return;
        }

        if (!_begun)
        {
            _begun = true;
            await WriteHeaderAsync(hasAudio: true, hasVideo: true);
        }

        var bytes = FlvWriter.Measure(tag.Body.Length);
        _buffer = _buffer.Length >= bytes ? _buffer : new byte[bytes * 2];
        FlvWriter.Encode(_buffer, tag.Type, unchecked((uint)tag.Milliseconds), tag.Body.Span);
        await output.WriteAsync(_buffer.AsMemory(0, bytes), CancellationToken.None);
    }

    private async ValueTask WriteHeaderAsync(bool hasAudio, bool hasVideo)
    {
        if (output is not null)
        {
            FlvWriter.WriteHeader(_buffer, hasAudio, hasVideo);
            await output.WriteAsync(_buffer.AsMemory(0, FlvWriter.HeaderBytes));
        }
    }

    // At the end it is known which tracks there are; some players wait for one that is announced and never comes.
    private async ValueTask FinishAsync()
    {
        if (output is { CanSeek: true })
        {
            output.Seek(0, SeekOrigin.Begin);
            await WriteHeaderAsync(Received.Audio > 0, Received.Video > 0);
        }

        await (output?.FlushAsync() ?? Task.CompletedTask);
    }
}
