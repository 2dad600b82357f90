using System.Net.Sockets;

namespace Quickwater.Net;

/// <summary>Which loop watches a transport's socket. Used only while the transport keeps its socket open.</summary>
internal struct EpollWatch(EpollLoop loop)
{
    private EpollLoop _loop = loop;
    private int _slot = -1;
    private int _moving;

    /// <summary>
    /// Starts to watch. When the kernel has no memory to watch one more, the transport is closed: its next operation fails. The loop's thread may be at work on
    /// the socket, move it even, before this returns: all that it reads here is written before the kernel is asked, and nothing after.
    /// </summary>
    public void Begin(EpollTransport transport, int fd)
    {
        try
        {
            _loop.Watch(transport, fd, out _slot);
        }
        catch (SocketException)
        {
            _slot = -1; // no thread has seen it
            transport.Close();
        }
    }

    /// <summary>Lets another loop watch, which is told at once of what is ready. On the thread of the loop that watches now.</summary>
    public void Move(EpollTransport transport, int fd, EpollLoop to)
    {
        if (Interlocked.Exchange(ref _moving, 1) != 0)
        {
            return; // the other loop would move it on before this one has let go of it
        }

        _loop.Unwatch(fd, _slot);
        _loop = to;
        _slot = -1;
        Begin(transport, fd);
        Volatile.Write(ref _moving, 0);
    }

    /// <summary>The socket is about to be closed, which takes it out of epoll.</summary>
    public readonly void End()
    {
        if (_slot >= 0)
        {
            _loop.Forget(_slot);
        }
    }
}
