using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>Runs a facade's connections one after the other and knows when the first worked, and for how long each did.</summary>
/// <param name="options">How to connect.</param>
/// <param name="entropy">Seeds the waits.</param>
/// <param name="connect">Connects once and comes back when that connection is over.</param>
/// <param name="canHeal">Whether another attempt may go better.</param>
internal sealed class WorkingRun(
    ConnectOptions options, IEntropy entropy, Func<CancellationToken, Task<ClientFailure>> connect, Func<ClientFailure, bool> canHeal)
{
    private readonly TaskCompletionSource _working = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _workingSince;

    /// <summary>Whether a failure without an answer of the server's may heal.</summary>
    public static bool CanHeal(Reason why) => why switch
    {
        Reason.PeerClosed or Reason.TruncatedInput or Reason.HandshakeTimeout or Reason.IdleTimeout or Reason.SendStalled => true,
        Reason.PermissionDenied => false,
        _ => Reasons.Describe(why).Fault == Fault.Transport,
    };

    /// <summary>The connection does what it is for. From its turn.</summary>
    public void Works()
    {
        Volatile.Write(ref _workingSince, Math.Max(1, options.Time.GetTimestamp()));
        _working.TrySetResult();
    }

    /// <summary>Runs connections until one is over for good; the answer is why.</summary>
    public Task<ClientFailure> RunAsync(CancellationToken stop) =>
        new ReconnectLoop(AttemptAsync, options.MakeBackoff(entropy), options.Time, options.Retrying).RunAsync(stop);

    /// <summary>Waits until the first connection works.</summary>
    /// <exception cref="ClientException">None did.</exception>
    /// <exception cref="OperationCanceledException">The caller did not want to wait longer.</exception>
    public async Task WaitAsync(Task<ClientFailure> run, CancellationToken cancel)
    {
        await Task.WhenAny(_working.Task, run).WaitAsync(cancel).ConfigureAwait(false);
        if (!_working.Task.IsCompleted)
        {
            throw new ClientException(await run.ConfigureAwait(false));
        }
    }

    private async Task<Attempt> AttemptAsync(CancellationToken stop)
    {
        Volatile.Write(ref _workingSince, 0);
        var failure = await connect(stop).ConfigureAwait(false);
        var since = Volatile.Read(ref _workingSince);
        return new Attempt(failure, since == 0 ? TimeSpan.Zero : options.Time.GetElapsedTime(since), canHeal(failure));
    }
}
