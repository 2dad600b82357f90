using System.Collections.Frozen;

namespace Quickwater.Core;

/// <summary>The one table of reasons: metric tag, text, fault group and log level of each. Thread-safe.</summary>
public static class Reasons
{
    private static readonly FrozenDictionary<Reason, ReasonInfo> Table =
        All.ToFrozenDictionary(reason => reason, Row);

    /// <summary>Every reason that exists, in numeric order.</summary>
    public static IReadOnlyList<Reason> All => Enum.GetValues<Reason>();

    /// <summary>What is known of a reason. A number that is no reason is described as <see cref="Reason.LocalFault"/>.</summary>
    public static ReasonInfo Describe(Reason reason) =>
        Table.TryGetValue(reason, out var info) ? info : Table[Reason.LocalFault];

    /// <summary>The metric tag of a reason.</summary>
    public static string Tag(this Reason reason) => Describe(reason).Tag;

    /// <summary>The text of a reason.</summary>
    public static string Text(this Reason reason) => Describe(reason).Text;

    // One row a reason; a reason without a row fails the first use of this class, so a test finds it at once.
    private static ReasonInfo Row(Reason reason) => reason switch
    {
        Reason.None => new("none", "still alive", Fault.None, Severity.Info),
        Reason.PeerClosed => new("peer_closed", "the peer ended the connection in the orderly way", Fault.None, Severity.Info),
        Reason.Completed => new("completed", "what was asked for is complete, and the session ended itself", Fault.None, Severity.Info),
        Reason.StreamEnded => new("stream_ended", "the publisher ended its stream, so its viewers end too", Fault.None, Severity.Info),
        Reason.FormatChanged => new("format_changed", "the stream goes on in another format, which what the viewer gets has no way to say", Fault.None, Severity.Info),
        Reason.StreamOffAir => new("stream_off_air", "the stream has nothing to send for now", Fault.None, Severity.Info),
        Reason.WrongProtocol => new("wrong_protocol", "the first bytes belong to another protocol (for example HTTP sent to the RTMP port)", Fault.Peer, Severity.Warning),
        Reason.UnsupportedVersion => new("unsupported_version", "a protocol version that is not spoken here", Fault.Peer, Severity.Warning),
        Reason.MalformedHandshake => new("malformed_handshake", "the handshake broke its rules", Fault.Peer, Severity.Warning),
        Reason.MalformedHeader => new("malformed_header", "a frame or chunk header broke its rules", Fault.Peer, Severity.Warning),
        Reason.MalformedMessage => new("malformed_message", "a message body broke its rules", Fault.Peer, Severity.Warning),
        Reason.MalformedAmf => new("malformed_amf", "an AMF value broke its rules", Fault.Peer, Severity.Warning),
        Reason.MalformedContainer => new("malformed_container", "a container (FLV, WAV) broke its rules", Fault.Peer, Severity.Warning),
        Reason.UnexpectedMessage => new("unexpected_message", "a message that is not allowed in this state", Fault.Peer, Severity.Warning),
        Reason.TruncatedInput => new("truncated_input", "the input ended in the middle of a message", Fault.Peer, Severity.Warning),
        Reason.RefusedByPeer => new("refused_by_peer", "the peer answered with an error of its own", Fault.Peer, Severity.Warning),
        Reason.UnsupportedFormat => new("unsupported_format", "a media format that is not supported here", Fault.Peer, Severity.Warning),
        Reason.UnknownAmfClass => new("unknown_amf_class", "an AMF3 object of a class that writes itself in an unknown form", Fault.Peer, Severity.Warning),
        Reason.TlsHandshakeFailed => new("tls_handshake_failed", "the TLS handshake failed: nothing in common, broken rules, or the peer does not accept this side's certificate", Fault.Peer, Severity.Warning),
        Reason.TlsBroken => new("tls_broken", "what came after the TLS handshake is no TLS, was tampered with, or is an alert", Fault.Peer, Severity.Warning),
        Reason.HandshakeTimeout => new("handshake_timeout", "the handshake was not done in time", Fault.Limit, Severity.Warning),
        Reason.IdleTimeout => new("idle_timeout", "nothing was received for the idle limit", Fault.Limit, Severity.Warning),
        Reason.MessageTooLarge => new("message_too_large", "a message is longer than allowed", Fault.Limit, Severity.Warning),
        Reason.TooManyChunkStreams => new("too_many_chunk_streams", "more chunk streams than allowed on one connection", Fault.Limit, Severity.Warning),
        Reason.ChunkSizeOutOfRange => new("chunk_size_out_of_range", "a chunk size outside the allowed range", Fault.Limit, Severity.Warning),
        Reason.AmfTooDeep => new("amf_too_deep", "an AMF value is nested too deep", Fault.Limit, Severity.Warning),
        Reason.AmfTooLarge => new("amf_too_large", "an AMF value has too many elements or too long a string", Fault.Limit, Severity.Warning),
        Reason.TooManyConnections => new("too_many_connections", "the server has all the connections it may have", Fault.Limit, Severity.Warning),
        Reason.TooManyConnectionsFromAddress => new("too_many_connections_from_address", "this address has all the connections it may have", Fault.Limit, Severity.Warning),
        Reason.ConnectRateExceeded => new("connect_rate_exceeded", "connections arrive faster than allowed", Fault.Limit, Severity.Warning),
        Reason.TooManyStreams => new("too_many_streams", "the server has all the streams it may have", Fault.Limit, Severity.Warning),
        Reason.TooManyPublishers => new("too_many_publishers", "the server has all the publishers it may have", Fault.Limit, Severity.Warning),
        Reason.TooManySubscribers => new("too_many_subscribers", "the stream has all the viewers it may have", Fault.Limit, Severity.Warning),
        Reason.ReceiveBufferFull => new("receive_buffer_full", "a message needs more contiguous bytes than the receive buffer holds", Fault.Limit, Severity.Warning),
        Reason.MailboxFull => new("mailbox_full", "more answers are waiting for the session than its mailbox holds", Fault.Limit, Severity.Warning),
        Reason.SendStalled => new("send_stalled", "a send made no progress for the send deadline", Fault.Limit, Severity.Warning),
        Reason.LagBytesExceeded => new("lag_bytes_exceeded", "the viewer lags by more bytes than allowed", Fault.Limit, Severity.Warning),
        Reason.LagTimeExceeded => new("lag_time_exceeded", "the viewer lags by more media time than allowed", Fault.Limit, Severity.Warning),
        Reason.CatchUpTimeout => new("catch_up_timeout", "the viewer did not catch up with the live edge in time", Fault.Limit, Severity.Warning),
        Reason.FellBehindRing => new("fell_behind_ring", "the viewer fell behind what the topic still holds", Fault.Limit, Severity.Warning),
        Reason.AwaitingKey => new("awaiting_key", "a frame was passed over because the frames it depends on were dropped", Fault.Limit, Severity.Debug),
        Reason.MemoryPressure => new("memory_pressure", "the memory for peers is used up, in all or for this address", Fault.Limit, Severity.Warning),
        Reason.TooManyMessageStreams => new("too_many_message_streams", "more message streams than allowed on one connection", Fault.Limit, Severity.Warning),
        Reason.DeadlineExceeded => new("deadline_exceeded", "the time for the call ran out", Fault.Limit, Severity.Warning),
        Reason.TooManyHandshakes => new("too_many_handshakes", "more TLS handshakes are under way than allowed", Fault.Limit, Severity.Warning),
        Reason.DurationExceeded => new("duration_exceeded", "the connection has lasted as long as it may", Fault.Limit, Severity.Info),
        Reason.ByteRateExceeded => new("byte_rate_exceeded", "more bytes a second than allowed", Fault.Limit, Severity.Warning),
        Reason.AuthenticationTimeout => new("authentication_timeout", "the peer did not authenticate in time", Fault.Limit, Severity.Warning),
        Reason.TooManyAttempts => new("too_many_attempts", "more failed attempts to authenticate than allowed", Fault.Limit, Severity.Warning),
        Reason.TooManyWaiters => new("too_many_waiters", "more viewers wait for streams that are not live than allowed", Fault.Limit, Severity.Warning),
        Reason.TooManyWaitersFromAddress => new("too_many_waiters_from_address", "more viewers from this address wait for streams that are not live than allowed", Fault.Limit, Severity.Warning),
        Reason.ConnectionReset => new("connection_reset", "the peer reset the connection", Fault.Transport, Severity.Info),
        Reason.ConnectionRefused => new("connection_refused", "nothing listens at the address", Fault.Transport, Severity.Info),
        Reason.ConnectionAborted => new("connection_aborted", "the connection was aborted on this side by the operating system", Fault.Transport, Severity.Info),
        Reason.TransportTimedOut => new("transport_timed_out", "the operating system gave up waiting for the peer", Fault.Transport, Severity.Info),
        Reason.NetworkUnreachable => new("network_unreachable", "the network cannot be reached", Fault.Transport, Severity.Info),
        Reason.HostUnreachable => new("host_unreachable", "the host cannot be reached", Fault.Transport, Severity.Info),
        Reason.HostNotFound => new("host_not_found", "the name does not resolve", Fault.Transport, Severity.Info),
        Reason.AddressInUse => new("address_in_use", "the address is in use by another program", Fault.Transport, Severity.Error),
        Reason.AddressNotAvailable => new("address_not_available", "the address is not one of this machine's", Fault.Transport, Severity.Error),
        Reason.PermissionDenied => new("permission_denied", "the operating system does not permit it (for example a port under 1024)", Fault.Transport, Severity.Error),
        Reason.TooManyOpenFiles => new("too_many_open_files", "the process has all the file descriptors it may have", Fault.Transport, Severity.Warning),
        Reason.NoBufferSpace => new("no_buffer_space", "the operating system has no buffer space or memory left for it", Fault.Transport, Severity.Error),
        Reason.NetworkDown => new("network_down", "the network interface is down", Fault.Transport, Severity.Info),
        Reason.TlsTruncated => new("tls_truncated", "the connection ended without TLS's close_notify: what came over it may have been cut short", Fault.Transport, Severity.Info),
        Reason.TransportFault => new("transport_fault", "a socket error without a more exact reason; the log has the code", Fault.Transport, Severity.Warning),
        Reason.AccessDenied => new("access_denied", "access control refused it", Fault.Policy, Severity.Warning),
        Reason.KeyRequired => new("key_required", "publishing from this address needs a stream key", Fault.Policy, Severity.Warning),
        Reason.StreamBusy => new("stream_busy", "the stream already has a publisher", Fault.Policy, Severity.Warning),
        Reason.StreamNotFound => new("stream_not_found", "there is no such stream", Fault.Policy, Severity.Warning),
        Reason.ApplicationNotFound => new("application_not_found", "there is no such application", Fault.Policy, Severity.Warning),
        Reason.Kicked => new("kicked", "an operator ended it", Fault.Policy, Severity.Warning),
        Reason.TakenOver => new("taken_over", "another publisher took the stream over", Fault.Policy, Severity.Warning),
        Reason.InvalidName => new("invalid_name", "the name is empty, too long, or has characters that are not allowed", Fault.Policy, Severity.Warning),
        Reason.AccessTimeout => new("access_timeout", "the access policy did not answer in time", Fault.Policy, Severity.Warning),
        Reason.CertificateUntrusted => new("certificate_untrusted", "the peer's certificate comes from nobody who is trusted here, is out of date, or is for another use", Fault.Policy, Severity.Warning),
        Reason.CertificateNameMismatch => new("certificate_name_mismatch", "the peer's certificate is made for another name", Fault.Policy, Severity.Warning),
        Reason.CertificatePinMismatch => new("certificate_pin_mismatch", "the peer's certificate is not the one that was expected", Fault.Policy, Severity.Warning),
        Reason.CertificateMissing => new("certificate_missing", "the peer showed no certificate", Fault.Policy, Severity.Warning),
        Reason.LocalFault => new("local_fault", "a fault of this program: the log has the exception", Fault.Local, Severity.Error),
        Reason.Cancelled => new("cancelled", "the caller cancelled it", Fault.Local, Severity.Info),
        Reason.StorageFault => new("storage_fault", "reading or writing a file failed", Fault.Local, Severity.Error),
        Reason.InvalidConfiguration => new("invalid_configuration", "a configuration that cannot be used", Fault.Local, Severity.Error),
        Reason.Disposed => new("disposed", "the owner let go of it", Fault.Local, Severity.Info),
        Reason.LibraryMissing => new("library_missing", "a library that it needs is not installed", Fault.Local, Severity.Error),
        Reason.NoAudio => new("no_audio", "there is nothing in it that could be played", Fault.Local, Severity.Error),
        Reason.Drained => new("drained", "the server drained: everything owed was delivered first", Fault.Shutdown, Severity.Info),
        Reason.DrainTimeout => new("drain_timeout", "the drain did not finish in time", Fault.Shutdown, Severity.Info),
        Reason.ForcedStop => new("forced_stop", "the server was told to stop at once", Fault.Shutdown, Severity.Info),
        _ => throw new InvalidOperationException($"Reason {reason} ({(ushort)reason}) has no row in Reasons."),
    };
}
