using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Opens and binds UDP sockets, for both back ends.</summary>
internal static class UdpOpening
{
    private const int ConnectionResets = -1744830452; // SIO_UDP_CONNRESET of Windows
    private const int SocketLevel = 1; // SOL_SOCKET of Linux
    private const int ReusePort = 15; // SO_REUSEPORT of Linux
    private const int IPv4Level = 0; // IPPROTO_IP
    private const int IPv4MtuDiscover = 10; // IP_MTU_DISCOVER of Linux
    private const int IPv6Level = 41; // IPPROTO_IPV6
    private const int IPv6MtuDiscover = 23; // IPV6_MTU_DISCOVER of Linux

    /// <summary>
    /// Opens one, counts its descriptor, and gives what was bound. On failure <paramref name="why"/> is, for example, <see cref="Reason.AddressInUse"/>, and nothing
    /// is left open.
    /// </summary>
    /// <param name="options">How.</param>
    /// <param name="shares">Whether it is one more of an address that <see cref="Share"/> was called for. Linux only.</param>
    /// <param name="socket">The socket, which the caller owns.</param>
    /// <param name="why">Why not.</param>
    public static bool TryOpen(UdpSocketOptions options, bool shares, [NotNullWhen(true)] out Socket? socket, out Reason why)
    {
        socket = null;
        why = options.Validate().Count > 0 ? Reason.InvalidConfiguration : options.Descriptors?.TryEnter(options.Bind.Address) ?? Reason.None;
        if (why != Reason.None)
        {
            return false;
        }

        Socket? opened = null;
        try
        {
            opened = new Socket(options.Bind.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            Prepare(opened, options);
            if (shares)
            {
                Share(opened);
            }

            opened.Bind(options.Bind);
            if (options.Peer is { } peer)
            {
                opened.Connect(peer.ToEndPoint());
            }

            socket = opened;
            return true;
        }
        catch (SocketException e)
        {
            opened?.Dispose();
            options.Descriptors?.Leave(options.Bind.Address);
            why = UdpReasons.Of(e.SocketErrorCode);
            return false;
        }
    }

    /// <summary>
    /// Lets more sockets bind the address of one that is bound already. Not before: two that share from the start would not notice each other, so that another process
    /// on the same port would silently take half of the peers instead of hearing that it is in use.
    /// </summary>
    public static void Share(Socket socket)
    {
        ReadOnlySpan<int> on = [1];
        socket.SetRawSocketOption(SocketLevel, ReusePort, MemoryMarshal.AsBytes(on));
    }

    /// <summary>Where it is bound.</summary>
    public static DatagramAddress LocalOf(Socket socket) => DatagramAddress.Of((IPEndPoint?)socket.LocalEndPoint ?? new IPEndPoint(IPAddress.Any, 0));

    // The runtime sets it for IPv4 alone; a socket of both families needs it for both.
    private static void ForbidFragments(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.DontFragment = true;
        }
        else if (OperatingSystem.IsLinux())
        {
            ReadOnlySpan<int> always = [2]; // IP_PMTUDISC_DO, IPV6_PMTUDISC_DO
            socket.SetRawSocketOption(IPv6Level, IPv6MtuDiscover, MemoryMarshal.AsBytes(always));
            socket.SetRawSocketOption(IPv4Level, IPv4MtuDiscover, MemoryMarshal.AsBytes(always));
        }
    }

    private static void Prepare(Socket socket, UdpSocketOptions options)
    {
        if (options.Bind.Address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        socket.ReceiveBufferSize = options.ReceiveBufferBytes;
        socket.SendBufferSize = options.SendBufferBytes;
        if (options.DontFragment)
        {
            ForbidFragments(socket);
        }

        if (OperatingSystem.IsWindows())
        {
            socket.IOControl(ConnectionResets, [0, 0, 0, 0], null); // one peer's "nobody listens here" is no error of all others'
        }
    }
}
