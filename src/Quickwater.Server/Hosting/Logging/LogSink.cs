using System.Globalization;
using System.Text;

namespace Quickwater.Server;

/// <summary>
/// Writes log lines from a thread of its own, so that whoever logs never waits for a disk, a terminal or a pipe that nobody reads. Its queue is bounded: when
/// it is full, lines are counted and dropped, and the count is written. Thread-safe.
/// </summary>
internal sealed class LogSink : IAsyncDisposable
{
    private const int LinesMax = 8192;
    private const int CharactersMax = 4 * 1024 * 1024;
    private const int BatchCharacters = 32 * 1024;

    // What stands still for so long at the end is not waited for.
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _owned;
    private readonly Func<long, string> _lostLine;
    private readonly Func<TextWriter>? _open;
    private TextWriter _writer;
    private int _characters;
    private long _lost;
    private bool _isClosed;
    private bool _isLastTold;
    private bool _reopens;

    /// <summary>Starts writing.</summary>
    /// <param name="writer">Where lines go.</param>
    /// <param name="owned">Whether to dispose of the writer at the end.</param>
    /// <param name="lostLine">The line that says how many were lost.</param>
    /// <param name="open">Opens the writer's successor, for <see cref="Reopen"/>; null where there is none.</param>
    public LogSink(TextWriter writer, bool owned, Func<long, string>? lostLine = null, Func<TextWriter>? open = null)
    {
        _writer = writer;
        _owned = owned;
        _lostLine = lostLine ?? (static lost => string.Create(CultureInfo.InvariantCulture, $"({LostText(lost)})"));
        _open = open;
        new Thread(Run) { IsBackground = true, Name = "log" }.Start();
    }

    /// <summary>How lost lines are told.</summary>
    public static string LostText(long lost) =>
        string.Create(CultureInfo.InvariantCulture, $"{lost} log lines were lost: they came faster than they could be written");

    /// <summary>Queues a line, which has no line end of its own.</summary>
    public void Write(string line)
    {
        lock (_gate)
        {
            if (_isClosed || _lines.Count >= LinesMax || _characters + line.Length > CharactersMax)
            {
                _lost++;
                return;
            }

            _lines.Enqueue(line);
            _characters += line.Length;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Opens the file anew behind what is queued, so that one that was moved away is let go. Without effect on a writer that was given.</summary>
    public void Reopen()
    {
        lock (_gate)
        {
            _reopens = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what is queued, then ends. Where writing does not end within 2 s, what is left is lost: a stop must not hang on who reads the log.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }

        await Task.WhenAny(_ended.Task, Task.Delay(FlushTime));
    }

    private void Run()
    {
        var batch = new StringBuilder();
        while (Take(batch, out var lines, out var reopens))
        {
            try
            {
                _writer.Write(batch);
                _writer.Flush();
            }
            catch (Exception e) when (FileFault.Is(e) || e is ObjectDisposedException)
            {
                // A full disk or a closed terminal must not end the server. It is said once there is room again.
                lock (_gate)
                {
                    _lost += lines;
                }
            }

            if (reopens)
            {
                TakeSuccessor();
            }
        }

        Close();
        _ended.SetResult();
    }

    // What is to be written next, and how many lines are lost if it cannot; waits for it. False when all is over.
    private bool Take(StringBuilder batch, out long lines, out bool reopens)
    {
        batch.Clear();
        lines = 0;
        lock (_gate)
        {
            while (_lines.Count == 0 && !_isClosed && !_reopens)
            {
                Monitor.Wait(_gate);
            }

            if (_lost > 0 && (_lines.Count > 0 || (_isClosed && !_isLastTold)))
            {
                batch.Append(_lostLine(_lost)).Append('\n');
                (lines, _lost) = (_lost, 0);
                _isLastTold = _isClosed;
            }

            while (batch.Length < BatchCharacters && _lines.TryDequeue(out var line))
            {
                _characters -= line.Length;
                batch.Append(line).Append('\n');
                lines++;
            }

            reopens = _reopens && _lines.Count == 0;
            _reopens &= !reopens;
            return batch.Length > 0 || reopens;
        }
    }

    private void TakeSuccessor()
    {
        if (_open is null)
        {
            return;
        }

        try
        {
            var next = _open();
            Close();
            _writer = next;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            Write($"The log goes on in the file as it was, since it cannot be opened anew: {e.Message}");
        }
    }

    private void Close()
    {
        try
        {
            if (_owned)
            {
                _writer.Dispose();
            }
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // Its last bytes did not fit; the file is closed nevertheless.
        }
    }
}
