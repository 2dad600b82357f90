using System.Net;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>Starts servers, and waits until nothing of them is left.</summary>
internal static class Serving
{
    /// <summary>A port of the loopback address that the system chooses.</summary>
    public static TcpServerOptions AnyPort { get; } = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) };

    /// <summary>A server that has to start.</summary>
    /// <param name="events">Who is told.</param>
    /// <param name="leaks">Where sockets are counted.</param>
    /// <param name="loops">The loops that have its connections; null for the runtime's sockets.</param>
    /// <param name="options">Null for <see cref="AnyPort"/>.</param>
    public static TcpServer Start(ITcpServerEvents events, LeakCounters leaks, EpollLoops? loops = null, TcpServerOptions? options = null)
    {
        Assert.True(TcpServer.TryStart(options ?? AnyPort, events, leaks, TimeProvider.System, out var server, out var why, loops), why.Text());
        return server;
    }

    /// <summary>A call that is inside the kernel keeps its socket open until it is out, so the last ones may be counted a little later.</summary>
    public static Task NothingIsLeftAsync(this LeakCounters leaks) =>
        Until.HoldsAsync(() => Task.FromResult(leaks.Read()), static left => left.IsZero, Completions.Patience, "nothing is left");

    /// <summary>All connections of an engine have ended, and nothing of them is left.</summary>
    public static async Task EndsAsync(this Engine engine)
    {
        await Until.HoldsAsync(() => Task.FromResult(engine.OpenCount), static open => open == 0, Completions.Patience, "no connection is open");
        await engine.Leaks.NothingIsLeftAsync();
    }
}
