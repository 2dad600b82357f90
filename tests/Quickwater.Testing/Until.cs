namespace Quickwater.Testing;

/// <summary>Waits for what can only be asked for, as another process's metrics: asks again until it holds, with a deadline.</summary>
public static class Until
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is good, and gives it.</summary>
    /// <exception cref="TimeoutException">It never was; the message shows the last answer.</exception>
    public static async Task<T> HoldsAsync<T>(Func<Task<T>> ask, Func<T, bool> isGood, TimeSpan within, string what)
    {
        using var late = new CancellationTokenSource(within);
        using var again = new PeriodicTimer(Between);
        while (true)
        {
            var answer = await ask();
            if (isGood(answer))
            {
                return answer;
            }

            try
            {
                await again.WaitForNextTickAsync(late.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Not within {within.TotalSeconds} s: {what}. At last:\n{answer}", e);
            }
        }
    }

    /// <summary>Asks until it holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task HoldsAsync(Func<bool> holds, TimeSpan within, string what) =>
        HoldsAsync(() => Task.FromResult(holds()), answer => answer, within, what);
}
