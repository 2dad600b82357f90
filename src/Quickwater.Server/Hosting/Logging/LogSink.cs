using System.Threading.Channels;

namespace Quickwater.Server;

/// <summary>
/// Writes log lines from one task of its own, so that whoever logs never waits for a disk or a terminal. Its queue is bounded: when
/// it is full, lines are counted and dropped, and the count is written. Thread-safe.
/// </summary>
internal sealed class LogSink : IAsyncDisposable
{
    private const int LinesMax = 8192;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(LinesMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TextWriter _writer;
    private readonly bool _owned;
    private readonly Task _writing;
    private long _lost;

    /// <summary>Starts writing.</summary>
    /// <param name="writer">Where lines go.</param>
    /// <param name="owned">Whether to dispose of the writer at the end.</param>
    public LogSink(TextWriter writer, bool owned)
    {
        _writer = writer;
        _owned = owned;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Queues a line, which has no line end of its own.</summary>
    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
        if (_owned)
        {
            await _writer.DisposeAsync();
        }
    }

    private async Task WriteAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            try
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    _writer.Write(line);
                    _writer.Write('\n');
                }

                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                {
                    _writer.Write($"({lost} log lines were lost: they came faster than they could be written)\n");
                }

                await _writer.FlushAsync();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A full disk or a closed terminal must not end the server; there is nowhere left to say it.
                Interlocked.Increment(ref _lost);
            }
        }
    }
}
