using System.Runtime.InteropServices;

namespace Quickwater.Server;

/// <summary>
/// SIGINT and SIGTERM: the first cancels <see cref="Drain"/>, a second one <see cref="Now"/>. Thread-safe.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _now = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Takes the signals over from the runtime, which would end the process.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>Cancelled by the first signal: finish what is under way.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Cancelled by the second signal: end at once.</summary>
    public CancellationToken Now => _now.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _drain.Dispose();
        _now.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        (Interlocked.Increment(ref _count) == 1 ? _drain : _now).Cancel();
    }
}
