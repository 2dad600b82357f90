using System.Diagnostics;
using System.Net;
using Quickwater.Conformance;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>A connection over real sockets, as it is or with a layer over each end. The near end is the one that was dialled, or with layers the other.</summary>
internal sealed class ConnectedPair : TransportPair
{
    private readonly LeakCounters _leaks = new();
    private readonly ITransport _breaks;

    public ConnectedPair(IPAddress address, EpollLoops? loops)
        : this(address, loops, static dialled => dialled, static accepted => accepted)
    {
        (Near, Far) = (Far, Near);
        _breaks = Near;
    }

    public ConnectedPair(IPAddress address, EpollLoops? loops, Func<ITransport, ITransport> overDialled, Func<ITransport, ITransport> overAccepted)
    {
        var log = new ServerLog();
        var server = Serving.Start(log, _leaks, loops, new TcpServerOptions { Listen = new IPEndPoint(address, 0) });
        var dial = Wait(new TcpDialer(_leaks, TimeProvider.System, loops).DialAsync(
            address.ToString(), server.Local.Port, Completions.Patience));
        Far = overDialled(dial.Transport ?? throw new InvalidOperationException(dial.Reason.Text()));
        _breaks = Wait(log.AcceptedAsync());
        Near = overAccepted(_breaks);
        Wait(server.DisposeAsync().AsTask());
    }

    public override ITransport Near { get; }

    public override ITransport Far { get; }

    public override void Until(Func<bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        var spin = default(SpinWait);
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > Completions.Patience)
            {
                throw new TimeoutException("It did not happen.");
            }

            spin.SpinOnce();
        }
    }

    public override void ResetFromNear()
    {
        (_breaks as TcpTransport)?.Reset();
        (_breaks as EpollTransport)?.Reset();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Until(() => _leaks.Read().IsZero);
    }

    // The suite's tests are not asynchronous: they run on a thread of their own each.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
