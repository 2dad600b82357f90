using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>How one connection went.</summary>
/// <param name="Failure">Why it is over.</param>
/// <param name="Worked">How long it had worked: sent or received what it is for.</param>
/// <param name="CanHeal">Whether another attempt could go better.</param>
internal readonly record struct Attempt(ClientFailure Failure, TimeSpan Worked, bool CanHeal);

/// <summary>Runs connections one after the other, with waits between them, until one is over for good.</summary>
/// <param name="attempt">Connects once and comes back when that connection is over.</param>
/// <param name="backoff">The waits; null to try once.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="retrying">Told before each wait.</param>
internal sealed class ReconnectLoop(
    Func<CancellationToken, Task<Attempt>> attempt, Backoff? backoff, TimeProvider time, Action<RetryNotice>? retrying)
{
    /// <summary>Runs. The answer is why it is over for good; <see cref="Reason.Cancelled"/> when it was stopped.</summary>
    public async Task<ClientFailure> RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var result = await attempt(stop).ConfigureAwait(false);
            if (stop.IsCancellationRequested || !result.CanHeal || backoff?.Failed(result.Worked) is not { } wait)
            {
                return result.Failure;
            }

            retrying?.Invoke(new RetryNotice(result.Failure, wait));
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return new ClientFailure(Reason.Cancelled);
            }
        }
    }
}
