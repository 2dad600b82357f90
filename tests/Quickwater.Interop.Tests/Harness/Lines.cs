namespace Quickwater.Interop.Tests;

/// <summary>The lines that a process has written, in order. A test waits for one by what it says. Thread-safe.</summary>
internal sealed class Lines
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiting = [];
    private bool _ended;

    /// <summary>Everything so far.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>Everything so far as one text.</summary>
    public string Text => string.Join('\n', All);

    /// <summary>Adds a line; null is the end.</summary>
    public void Add(string? line)
    {
        lock (_gate)
        {
            if (line is null)
            {
                _ended = true;
                _waiting.ForEach(one => one.Found.TrySetException(NotComing()));
                _waiting.Clear();
                return;
            }

            _all.Add(line);
            foreach (var (_, found) in _waiting.Where(one => one.Wanted(line)))
            {
                found.TrySetResult(line);
            }

            _waiting.RemoveAll(one => one.Found.Task.IsCompleted);
        }
    }

    /// <summary>The first line that is wanted, written already or yet to come.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the process has ended; the message shows what came instead.</exception>
    public async Task<string> FirstAsync(Func<string, bool> wanted, TimeSpan within)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_all.FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            if (_ended)
            {
                throw NotComing();
            }

            _waiting.Add((wanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(within);
        }
        catch (TimeoutException e) when (!found.Task.IsCompleted)
        {
            throw new TimeoutException($"The line did not come within {within.TotalSeconds} s. What came:\n{Text}", e);
        }
    }

    /// <summary>The first line with this text in it.</summary>
    public Task<string> FirstAsync(string part, TimeSpan within) =>
        FirstAsync(line => line.Contains(part, StringComparison.Ordinal), within);

    private TimeoutException NotComing() => new($"The process has ended without the line. What came:\n{string.Join('\n', _all)}");
}
