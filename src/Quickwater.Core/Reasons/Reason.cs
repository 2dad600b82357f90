namespace Quickwater.Core;

/// <summary>
/// Why something was closed, refused or dropped. Every close, refusal and drop has exactly one; the first reason wins.
/// The hundreds digit is the <see cref="Fault"/> group. <see cref="Reasons.Describe"/> gives text, metric tag and log level.
/// Numbers are stable: they may be stored and sent.
/// </summary>
public enum Reason : ushort
{
    /// <summary>No reason: still alive.</summary>
    None = 0,

    /// <summary>The peer ended the connection in the orderly way.</summary>
    PeerClosed = 1,

    /// <summary>What was asked for is complete, and the session ended itself.</summary>
    Completed = 2,

    /// <summary>The publisher ended its stream, so its viewers end too.</summary>
    StreamEnded = 3,

    /// <summary>The stream goes on in another format, which what the viewer gets has no way to say.</summary>
    FormatChanged = 40,

    /// <summary>The stream has nothing to send for now.</summary>
    StreamOffAir = 41,

    // ---- 1xx: the peer broke the protocol ----

    /// <summary>The first bytes belong to another protocol (for example HTTP sent to the RTMP port).</summary>
    WrongProtocol = 100,

    /// <summary>A protocol version that is not spoken here.</summary>
    UnsupportedVersion = 101,

    /// <summary>The handshake broke its rules.</summary>
    MalformedHandshake = 102,

    /// <summary>A frame or chunk header broke its rules.</summary>
    MalformedHeader = 103,

    /// <summary>A message body broke its rules.</summary>
    MalformedMessage = 104,

    /// <summary>An AMF value broke its rules.</summary>
    MalformedAmf = 105,

    /// <summary>A container (FLV, WAV) broke its rules.</summary>
    MalformedContainer = 106,

    /// <summary>A message that is not allowed in this state.</summary>
    UnexpectedMessage = 107,

    /// <summary>The input ended in the middle of a message.</summary>
    TruncatedInput = 108,

    /// <summary>The peer answered with an error of its own.</summary>
    RefusedByPeer = 109,

    /// <summary>An AMF3 object of a class that writes itself in a form unknown here, so that nobody can tell where it ends.</summary>
    UnknownAmfClass = 115,

    /// <summary>The TLS handshake failed: no version or cipher suite in common, broken rules, or the peer does not accept this side's certificate.</summary>
    TlsHandshakeFailed = 120,

    /// <summary>What came after the TLS handshake is no TLS, was tampered with, or is an alert.</summary>
    TlsBroken = 121,

    /// <summary>A media format that is not supported here.</summary>
    UnsupportedFormat = 140,

    // ---- 2xx: a limit ----

    /// <summary>The handshake was not done in time.</summary>
    HandshakeTimeout = 200,

    /// <summary>Nothing was received for the idle limit.</summary>
    IdleTimeout = 201,

    /// <summary>A message is longer than allowed.</summary>
    MessageTooLarge = 202,

    /// <summary>More chunk streams than allowed on one connection.</summary>
    TooManyChunkStreams = 203,

    /// <summary>A chunk size outside the allowed range.</summary>
    ChunkSizeOutOfRange = 204,

    /// <summary>An AMF value is nested too deep.</summary>
    AmfTooDeep = 205,

    /// <summary>An AMF value has too many elements or too long a string.</summary>
    AmfTooLarge = 206,

    /// <summary>The server has all the connections it may have.</summary>
    TooManyConnections = 207,

    /// <summary>This address has all the connections it may have.</summary>
    TooManyConnectionsFromAddress = 208,

    /// <summary>Connections arrive faster than allowed.</summary>
    ConnectRateExceeded = 209,

    /// <summary>The server has all the streams it may have.</summary>
    TooManyStreams = 210,

    /// <summary>The server has all the publishers it may have.</summary>
    TooManyPublishers = 211,

    /// <summary>The stream has all the viewers it may have.</summary>
    TooManySubscribers = 212,

    /// <summary>A message needs more contiguous bytes than the receive buffer holds.</summary>
    ReceiveBufferFull = 213,

    /// <summary>More answers are waiting for the session than its mailbox holds.</summary>
    MailboxFull = 214,

    /// <summary>A send made no progress for the send deadline.</summary>
    SendStalled = 215,

    /// <summary>The viewer lags by more bytes than allowed.</summary>
    LagBytesExceeded = 216,

    /// <summary>The viewer lags by more media time than allowed.</summary>
    LagTimeExceeded = 217,

    /// <summary>The viewer did not catch up with the live edge in time.</summary>
    CatchUpTimeout = 218,

    /// <summary>The viewer fell behind what the topic still holds.</summary>
    FellBehindRing = 219,

    /// <summary>A frame was passed over because the frames it depends on were dropped.</summary>
    AwaitingKey = 220,

    /// <summary>The memory for peers is used up: in all, or the share of this address.</summary>
    MemoryPressure = 222,

    /// <summary>More message streams than allowed on one connection.</summary>
    TooManyMessageStreams = 223,

    /// <summary>The time for a call ran out.</summary>
    DeadlineExceeded = 224,

    /// <summary>More TLS handshakes are under way than allowed, and this one waited for its peer longest.</summary>
    TooManyHandshakes = 225,

    /// <summary>The connection has lasted as long as it may.</summary>
    DurationExceeded = 240,

    /// <summary>More bytes a second than allowed.</summary>
    ByteRateExceeded = 241,

    /// <summary>The peer did not authenticate in time.</summary>
    AuthenticationTimeout = 250,

    /// <summary>More failed attempts to authenticate than allowed.</summary>
    TooManyAttempts = 251,

    /// <summary>More viewers wait for streams that are not live than allowed.</summary>
    TooManyWaiters = 260,

    /// <summary>More viewers from this address wait for streams that are not live than allowed.</summary>
    TooManyWaitersFromAddress = 261,

    // ---- 3xx: the transport ----

    /// <summary>The peer reset the connection.</summary>
    ConnectionReset = 300,

    /// <summary>Nothing listens at the address.</summary>
    ConnectionRefused = 301,

    /// <summary>The connection was aborted on this side by the operating system.</summary>
    ConnectionAborted = 302,

    /// <summary>The operating system gave up waiting for the peer.</summary>
    TransportTimedOut = 303,

    /// <summary>The network cannot be reached.</summary>
    NetworkUnreachable = 304,

    /// <summary>The host cannot be reached.</summary>
    HostUnreachable = 305,

    /// <summary>The name does not resolve.</summary>
    HostNotFound = 306,

    /// <summary>The address is in use by another program.</summary>
    AddressInUse = 307,

    /// <summary>The address is not one of this machine's.</summary>
    AddressNotAvailable = 308,

    /// <summary>The operating system does not permit it (for example a port under 1024).</summary>
    PermissionDenied = 309,

    /// <summary>The process has all the file descriptors it may have.</summary>
    TooManyOpenFiles = 310,

    /// <summary>The operating system has no buffer space or memory left for it.</summary>
    NoBufferSpace = 311,

    /// <summary>The network interface is down.</summary>
    NetworkDown = 312,

    /// <summary>The connection ended without TLS's close_notify: what came over it may have been cut short on the way.</summary>
    TlsTruncated = 320,

    /// <summary>A socket error without a more exact reason; the log has the code.</summary>
    TransportFault = 399,

    // ---- 4xx: policy ----

    /// <summary>Access control refused it.</summary>
    AccessDenied = 400,

    /// <summary>Publishing from this address needs a stream key.</summary>
    KeyRequired = 401,

    /// <summary>The stream already has a publisher.</summary>
    StreamBusy = 402,

    /// <summary>There is no such stream.</summary>
    StreamNotFound = 403,

    /// <summary>There is no such application.</summary>
    ApplicationNotFound = 404,

    /// <summary>An operator ended it.</summary>
    Kicked = 405,

    /// <summary>Another publisher took the stream over.</summary>
    TakenOver = 406,

    /// <summary>The name is empty, too long, or has characters that are not allowed.</summary>
    InvalidName = 407,

    /// <summary>The access policy did not answer in time.</summary>
    AccessTimeout = 408,

    /// <summary>The peer's certificate comes from nobody who is trusted here, is out of date, or is made for another use.</summary>
    CertificateUntrusted = 420,

    /// <summary>The peer's certificate is made for another name.</summary>
    CertificateNameMismatch = 421,

    /// <summary>The peer's certificate is not the one that was expected.</summary>
    CertificatePinMismatch = 422,

    /// <summary>The peer showed no certificate.</summary>
    CertificateMissing = 423,

    // ---- 5xx: local ----

    /// <summary>A fault of this program: the log has the exception.</summary>
    LocalFault = 500,

    /// <summary>The caller cancelled it.</summary>
    Cancelled = 501,

    /// <summary>Reading or writing a file failed.</summary>
    StorageFault = 502,

    /// <summary>A configuration that cannot be used.</summary>
    InvalidConfiguration = 503,

    /// <summary>The owner let go of it.</summary>
    Disposed = 504,

    /// <summary>A library that it needs is not installed.</summary>
    LibraryMissing = 540,

    /// <summary>There is nothing in it that could be played.</summary>
    NoAudio = 541,

    // ---- 6xx: shutdown ----

    /// <summary>The server drained: everything owed was delivered first.</summary>
    Drained = 600,

    /// <summary>The drain did not finish in time.</summary>
    DrainTimeout = 601,

    /// <summary>The server was told to stop at once.</summary>
    ForcedStop = 602,
}
