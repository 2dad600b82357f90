using Quickwater.Audio;
using Quickwater.Client;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Listens to a station and writes what comes as WAV. Use it once.</summary>
/// <param name="output">Where WAV goes, closed with the recorder; null counts only.</param>
internal sealed class WavRecorder(Stream? output) : IDisposable
{
    private AudioFormat _format;
    private long _sampleBytes;
    private string? _unwritable;

    /// <summary>What was received.</summary>
    public ListenCounts Received { get; } = new();

    /// <summary>Runs until the station has ended, listening is over for good, or it is told to stop.</summary>
    /// <exception cref="OutputException">What came cannot be written.</exception>
    public async Task<ClientFailure> RunAsync(string address, AudioListenerOptions options, CancellationToken stop)
    {
        try
        {
            var failure = await ListenAsync(address, options, stop);
            await FinishAsync();
            return _unwritable is { } why ? throw new OutputException(why) : failure;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw OutputOption.Failed(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => output?.Dispose();

    private async Task<ClientFailure> ListenAsync(string address, AudioListenerOptions options, CancellationToken stop)
    {
        try
        {
            await using var listener = await AudioListener.ConnectAsync(address, options, stop);
            Received.Stats = listener.Stats;
            await using var chunks = listener.ReadAllAsync(stop).GetAsyncEnumerator(CancellationToken.None);
            while (true)
            {
                var next = chunks.MoveNextAsync();
                if (!next.IsCompleted && output is not null)
                {
                    await output.FlushAsync(CancellationToken.None); // whoever reads it gets all there is before this waits
                }

                if (!await next)
                {
                    return await listener.Ended;
                }

                if (output is not null && _format.IsValid && chunks.Current.Format != _format)
                {
                    _unwritable = $"the station went from {_format} to {chunks.Current.Format}, and a WAV file has one format";
                    return new ClientFailure(Reason.UnsupportedFormat);
                }

                await WriteAsync(chunks.Current);
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

    private async ValueTask WriteAsync(StationChunk chunk)
    {
        Received.Add(chunk.Samples.Length, chunk.Format);
        if (output is null)
        {
            return;
        }

        if (!_format.IsValid)
        {
            _format = chunk.Format;
            await WriteHeaderAsync(null);
        }

        await output.WriteAsync(chunk.Samples, CancellationToken.None);
        _sampleBytes += chunk.Samples.Length;
    }

    private async ValueTask WriteHeaderAsync(long? sampleBytes)
    {
        var header = new byte[WavHeader.BytesMax];
        var length = WavHeader.Write(header, _format, sampleBytes);
        await (output?.WriteAsync(header.AsMemory(0, length), CancellationToken.None) ?? ValueTask.CompletedTask);
    }

    // Until now a file says that it goes on to its end, so that one whose writer was killed can be read as well.
    private async ValueTask FinishAsync()
    {
        if (output is { CanSeek: true } && _format.IsValid)
        {
            if (_sampleBytes % 2 != 0)
            {
                output.WriteByte(0);
            }

            output.Seek(0, SeekOrigin.Begin);
            await WriteHeaderAsync(_sampleBytes);
        }

        await (output?.FlushAsync(CancellationToken.None) ?? Task.CompletedTask);
    }
}
