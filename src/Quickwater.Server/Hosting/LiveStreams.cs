namespace Quickwater.Server;

/// <summary>Lets HTTP viewers wait for a stream to become live, before their answer has begun. Thread-safe.</summary>
internal sealed class LiveStreams
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (TaskCompletionSource Live, int Waiting)> _waiting = new(StringComparer.Ordinal);

    /// <summary>A publisher took the stream: lets those who wait go on.</summary>
    public void Started(string name)
    {
        lock (_lock)
        {
            if (_waiting.Remove(name, out var entry))
            {
                entry.Live.SetResult();
            }
        }
    }

    /// <summary>Waits until the stream is live. False when it is not within the time.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="isLive">Whether it is now.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">The viewer went away.</param>
    /// <exception cref="OperationCanceledException">The viewer went away.</exception>
    public async Task<bool> WaitAsync(string name, Func<bool> isLive, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        Task live;
        lock (_lock)
        {
            // Looked at under the lock: a start that comes later finds the entry.
            if (isLive())
            {
                return true;
            }

            if (timeout == TimeSpan.Zero)
            {
                return false;
            }

            var entry = _waiting.TryGetValue(name, out var found)
                ? found
                : (Live: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), Waiting: 0);
            live = entry.Live.Task;
            _waiting[name] = (entry.Live, entry.Waiting + 1);
        }

        try
        {
            await live.WaitAsync(timeout, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return isLive();
        }
        finally
        {
            Leave(name, live);
        }
    }

    // The last one who waits takes the entry away: names come from outside.
    private void Leave(string name, Task live)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(name, out var entry) && ReferenceEquals(entry.Live.Task, live))
            {
                if (entry.Waiting == 1)
                {
                    _waiting.Remove(name);
                }
                else
                {
                    _waiting[name] = (entry.Live, entry.Waiting - 1);
                }
            }
        }
    }
}
