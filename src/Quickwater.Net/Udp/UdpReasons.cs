using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>What the operating system's errors mean on a UDP socket, where some that are faults of ours on a stream are caused by who is sent to.</summary>
internal static class UdpReasons
{
    /// <summary>The reason for a socket error.</summary>
    public static Reason Of(SocketError error) => error switch
    {
        SocketError.MessageSize => Reason.MessageTooLarge,

        // An address that cannot be reached from this socket: another family, a scope that is missing, all zero.
        SocketError.InvalidArgument or SocketError.AddressFamilyNotSupported or SocketError.DestinationAddressRequired => Reason.AddressNotAvailable,

        // Windows reports "nobody listens there" as a reset.
        SocketError.ConnectionReset => Reason.ConnectionRefused,
        _ => SocketReasons.Of(error),
    };

    /// <summary>Whether the error is the peer's or the network's, and the socket goes on.</summary>
    public static bool IsOfPeer(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable
        or SocketError.HostDown or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.NetworkReset or SocketError.MessageSize
        or SocketError.NoBufferSpaceAvailable or SocketError.TimedOut or SocketError.AccessDenied;

    /// <summary>Why a datagram cannot be sent from a socket of that family, before the operating system is asked: the same everywhere.</summary>
    public static Reason Refusal(in DatagramAddress to, int length, AddressFamily family, in DatagramAddress? only) =>
        to.Port == 0 || (family == AddressFamily.InterNetwork && !to.IsIPv4) || (only is { } peer && peer != to) ? Reason.AddressNotAvailable
        : length > DatagramBatch.DatagramBytesMax ? Reason.MessageTooLarge
        : Reason.None;
}
