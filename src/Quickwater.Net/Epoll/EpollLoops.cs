using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>
/// The event loops of the epoll back end: threads of our own that wait for sockets and run the turns of what became ready. Give it to
/// <see cref="TcpServer"/> or <see cref="TcpDialer"/>; without it they use the runtime's sockets. Linux only. Thread-safe.
/// </summary>
/// <remarks>
/// docs/adr/0002 has the measurements that made us write it. Connections share as few loops as keep up with them: docs/adr/0029. A completion's turn runs on its loop's thread, so nothing in it may
/// block: a blocked turn holds up every connection of that loop (but of no other, and no other code's sockets).
/// </remarks>
public sealed class EpollLoops : IDisposable
{
    private readonly EpollLoop[] _loops;
    private readonly Action<ConnectionInfo, Exception>? _faulted;

    /// <summary>Starts the loops.</summary>
    /// <param name="count">How many, from 1 to 1024; a loop keeps one core busy at most.</param>
    /// <param name="faulted">
    /// Told of faults of this program on a loop's thread of which no connection's user can be told; as <see cref="IConnectionObserver.Faulted"/>.
    /// </param>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false.</exception>
    /// <exception cref="SocketException">The system has no descriptors left.</exception>
    public EpollLoops(int count, Action<ConnectionInfo, Exception>? faulted = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1024);
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("epoll loops need Linux on x64 or arm64.");
        }

        _faulted = faulted;
        _loops = [.. Enumerable.Range(0, count).Select(number => new EpollLoop(this, number))];
        foreach (var loop in _loops)
        {
            loop.Start();
        }
    }

    /// <summary>How many sockets each loop watches now. A snapshot.</summary>
    internal IEnumerable<int> Watched => _loops.Select(loop => loop.Watched);

    /// <summary>For tests: called when a loop's thread may serve a transport, on the thread that made it so.</summary>
    internal Action<EpollTransport>? OnWatched { get; set; }

    /// <summary>For tests.</summary>
    internal EpollLoop this[int number] => _loops[number];

    /// <summary>Whether this machine has them: Linux on x64 or arm64.</summary>
    public static bool IsSupported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Stops the threads. Close the connections first: those that are left hear nothing any more.</summary>
    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop.Stop(); // all, before the first is gone: they move connections to each other
        }

        foreach (var loop in _loops)
        {
            loop.Dispose();
        }
    }

    /// <summary>Takes over a connected socket. On failure the socket is closed and the answer is null.</summary>
    internal ITransport? Adopt(Socket socket, LeakCounters leaks, ITransportOwner? owner, out Reason why) =>
        TcpTransport.TryPrepare(socket, out var remote, out var local, out why)
            ? new EpollTransport(ForNew(), socket, remote, local, leaks, owner)
            : null;

    /// <summary>A loop's thread met a fault while it served a transport: that one ends. Never throws.</summary>
    internal void Faulted(EpollTransport? transport, Exception fault)
    {
        try
        {
            if (transport?.TryFault(fault) != true)
            {
                _faulted?.Invoke(ConnectionInfo.OfThread("epoll"), fault);
            }
        }
        catch (Exception)
        {
            // Who should hear of it throws as well: there is nobody else to tell, and the loop must go on.
        }
    }

    /// <summary>The loop that should have what a loop has: one with fewer sockets when it is late, an earlier one when that has room; else null.</summary>
    internal EpollLoop? Better(EpollLoop loop)
    {
        if (loop.IsLate)
        {
            var fewest = Fewest();
            return fewest.Watched + 1 < loop.Watched ? fewest : null;
        }

        foreach (var earlier in _loops)
        {
            if (earlier == loop)
            {
                return null;
            }

            if (earlier.HasRoomFor(loop))
            {
                return earlier;
            }
        }

        return null;
    }

    private EpollLoop ForNew()
    {
        foreach (var loop in _loops)
        {
            if (!loop.IsLate)
            {
                return loop;
            }
        }

        return Fewest();
    }

    private EpollLoop Fewest()
    {
        var fewest = _loops[0];
        foreach (var loop in _loops)
        {
            fewest = loop.Watched < fewest.Watched ? loop : fewest;
        }

        return fewest;
    }
}
