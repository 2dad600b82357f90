using System.Runtime.InteropServices;

namespace Quickwater.Server;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP: the first cancels <see cref="Drain"/>, a second SIGINT or SIGTERM <see cref="Now"/>. A signal that was ignored when the process
/// began, as SIGHUP under nohup, stays ignored. Thread-safe.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _now = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action? _reload;
    private int _count;

    /// <summary>Takes the signals over from the runtime, which would end the process.</summary>
    /// <param name="reload">What SIGHUP does instead of stopping; null where it stops. Runs on a thread of the signal's.</param>
    public StopSignals(Action? reload = null)
    {
        _reload = reload;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, HangUp),
        ];
    }

    /// <summary>Cancelled by the first signal: finish what is under way.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Cancelled by the second signal: end at once.</summary>
    public CancellationToken Now => _now.Token;

    /// <summary>
    /// Whether SIGHUP means "reload", since this process is a service: it has a log file, or a service manager started it. systemd gives its variables also to
    /// what a desktop's terminal runs, which is no service: that has a terminal as its standard input.
    /// </summary>
    public static bool IsService(LogConfiguration log, CommandEnvironment environment) =>
        log.File.Length > 0 || Has("NOTIFY_SOCKET", environment) || (Has("INVOCATION_ID", environment) && !environment.InIsTerminal);

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

    private static bool Has(string name, CommandEnvironment environment) =>
        environment.Variables.Any(variable => variable.Key == name && variable.Value.Length > 0);

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        (Interlocked.Increment(ref _count) == 1 ? _drain : _now).Cancel();
    }

    // A terminal that closes may send it twice, by its shell and by the kernel: only who means it ends at once.
    private void HangUp(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_reload is not null)
        {
            _reload();
        }
        else if (Interlocked.CompareExchange(ref _count, 1, 0) == 0)
        {
            _drain.Cancel();
        }
    }
}
