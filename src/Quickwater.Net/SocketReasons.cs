using System.Net.Sockets;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>The one mapping of the operating system's socket errors to reasons.</summary>
public static class SocketReasons
{
    /// <summary>
    /// The reason for a socket error. <see cref="SocketError.Success"/> is <see cref="Reason.None"/>. Errors that mean a fault of our own
    /// calls are <see cref="Reason.LocalFault"/>; a code that is not in the enumeration is <see cref="Reason.TransportFault"/>.
    /// </summary>
    public static Reason Of(SocketError error) => error switch
    {
        SocketError.Success => Reason.None,

        // The peer, or something between, ended it. EPIPE arrives as Shutdown: the peer's reset was noticed by a send.
        SocketError.ConnectionReset => Reason.ConnectionReset,
        SocketError.NetworkReset => Reason.ConnectionReset,
        SocketError.Shutdown => Reason.ConnectionReset,
        SocketError.Disconnecting => Reason.ConnectionReset,
        SocketError.ConnectionRefused => Reason.ConnectionRefused,
        SocketError.ConnectionAborted => Reason.ConnectionAborted,
        SocketError.NotConnected => Reason.ConnectionAborted,
        SocketError.TimedOut => Reason.TransportTimedOut,

        // The network.
        SocketError.NetworkDown => Reason.NetworkDown,
        SocketError.NetworkUnreachable => Reason.NetworkUnreachable,
        SocketError.HostDown => Reason.HostUnreachable,
        SocketError.HostUnreachable => Reason.HostUnreachable,

        // Names.
        SocketError.HostNotFound => Reason.HostNotFound,
        SocketError.NoData => Reason.HostNotFound,
        SocketError.TryAgain => Reason.HostNotFound,
        SocketError.NoRecovery => Reason.HostNotFound,
        SocketError.TypeNotFound => Reason.HostNotFound,

        // Addresses and rights.
        SocketError.AddressAlreadyInUse => Reason.AddressInUse,
        SocketError.AddressNotAvailable => Reason.AddressNotAvailable,
        SocketError.AccessDenied => Reason.PermissionDenied,

        // This machine's means.
        SocketError.TooManyOpenSockets => Reason.TooManyOpenFiles,
        SocketError.NoBufferSpaceAvailable => Reason.NoBufferSpace,
        SocketError.ProcessLimit => Reason.NoBufferSpace,

        // We let go of the operation.
        SocketError.OperationAborted => Reason.Cancelled,
        SocketError.Interrupted => Reason.Cancelled,

        // The machine cannot do what the configuration asks for (an address family that is switched off, say).
        SocketError.AddressFamilyNotSupported => Reason.AddressNotAvailable,
        SocketError.ProtocolFamilyNotSupported => Reason.AddressNotAvailable,
        SocketError.ProtocolNotSupported => Reason.InvalidConfiguration,
        SocketError.SocketNotSupported => Reason.InvalidConfiguration,
        SocketError.ProtocolOption => Reason.InvalidConfiguration,
        SocketError.OperationNotSupported => Reason.InvalidConfiguration,
        SocketError.SystemNotReady => Reason.InvalidConfiguration,
        SocketError.VersionNotSupported => Reason.InvalidConfiguration,

        // Calls that we must not make, or answers that never reach a caller of asynchronous sockets.
        SocketError.Fault => Reason.LocalFault,
        SocketError.InvalidArgument => Reason.LocalFault,
        SocketError.NotSocket => Reason.LocalFault,
        SocketError.NotInitialized => Reason.LocalFault,
        SocketError.DestinationAddressRequired => Reason.LocalFault,
        SocketError.MessageSize => Reason.LocalFault,
        SocketError.ProtocolType => Reason.LocalFault,
        SocketError.IsConnected => Reason.LocalFault,
        SocketError.AlreadyInProgress => Reason.LocalFault,
        SocketError.InProgress => Reason.LocalFault,
        SocketError.IOPending => Reason.LocalFault,
        SocketError.WouldBlock => Reason.LocalFault,

        SocketError.SocketError => Reason.TransportFault,
        _ => Reason.TransportFault,
    };
}
