using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>How a server ends the connections of its engine. Stop accepting first.</summary>
public static class EngineStop
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HurriedFarewell = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lets connections finish what is under way. Those that have not after <paramref name="grace"/>, or when <paramref name="hurry"/> is cancelled, are told why
    /// they end, where their protocol can: RPC's callers hear which of their calls were cut off. What does not take that is aborted.
    /// </summary>
    /// <param name="engine">Whose connections end.</param>
    /// <param name="grace">How long they may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hurry">Ends the grace.</param>
    /// <param name="cuttingOff">Called when the grace is over and some have not finished.</param>
    /// <returns>Whether all have finished.</returns>
    public static async Task<bool> DrainAsync(Engine engine, TimeSpan grace, TimeProvider time, CancellationToken hurry, Action? cuttingOff = null)
    {
        engine.Drain();
        if (await EmptyAsync(engine, grace, time, hurry))
        {
            return true;
        }

        cuttingOff?.Invoke();
        var (why, farewell) = hurry.IsCancellationRequested ? (Reason.ForcedStop, HurriedFarewell) : (Reason.DrainTimeout, Farewell);
        engine.Kick(why);
        if (!await EmptyAsync(engine, farewell, time, CancellationToken.None))
        {
            await AbortAsync(engine, why, time);
        }

        return false;
    }

    /// <summary>Ends every connection at once, and waits until each has closed, but not for long.</summary>
    public static Task AbortAsync(Engine engine, Reason why, TimeProvider time)
    {
        engine.Abort(why);
        return EmptyAsync(engine, AbortTimeout, time, CancellationToken.None);
    }

    // Whether no connection and no port is open any more. One that was being accepted may still come after the last has closed.
    private static async Task<bool> EmptyAsync(Engine engine, TimeSpan within, TimeProvider time, CancellationToken hurry)
    {
        using var late = new CancellationTokenSource(within, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, hurry);
        try
        {
            while (!engine.IsEmpty)
            {
                await EmptiedAsync(engine, over.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return engine.IsEmpty;
        }
    }

    private static async Task EmptiedAsync(Engine engine, CancellationToken cancel)
    {
        var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnEmptied(object? sender, EventArgs e) => emptied.TrySetResult();
        engine.Emptied += OnEmptied;
        try
        {
            if (!engine.IsEmpty)
            {
                await emptied.Task.WaitAsync(cancel);
            }
        }
        finally
        {
            engine.Emptied -= OnEmptied;
        }
    }
}
