using System.Net;
using Microsoft.Extensions.Logging;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Every line the server logs. Each says what happened, to whom, and why.</summary>
internal static partial class Log
{
    /// <summary>The log level of a reason.</summary>
    public static LogLevel Level(ReasonInfo why) => why.Severity switch
    {
        Severity.Debug => LogLevel.Debug,
        Severity.Info => LogLevel.Information,
        Severity.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} lines were left out within {Seconds} s: {Kind}, {Address}")]
    public static partial void LinesLeftOut(ILogger log, long count, string kind, string address, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Signal}: the log is opened anew and keys are read again")]
    public static partial void Reloading(ILogger log, string signal);

    [LoggerMessage(Level = LogLevel.Error, Message = "The stream keys stay as they were: {Text}")]
    public static partial void KeysUnusable(ILogger log, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "The stream keys have changed: {Count} now")]
    public static partial void KeysChanged(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Standard output cannot be written, so nobody sees the addresses there: {Text}")]
    public static partial void BannerUnwritten(ILogger log, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Quickwater {Version} starts (process {Process})")]
    public static partial void Starting(ILogger log, string version, int process);

    [LoggerMessage(Level = LogLevel.Information, Message = "Limits: {Places} connections, at most {PerAddress} from one address, and {Admin} more for administration (the process may have {Descriptors} descriptors and uses {Own} itself); {Memory} MiB for peers, and no new connections from {Refuse} MiB on")]
    public static partial void Fits(
        ILogger log, int places, int perAddress, int admin, int descriptors, int own, long memory, long refuse);

    [LoggerMessage(Message = "Setting {Key} = {Value} ({Origin})")]
    public static partial void Setting(ILogger log, LogLevel level, string key, string value, string origin);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Programs on this machine publish without a key, and so does everybody behind a proxy on it: rtmp.anonymousPublishFromLoopback is on")]
    public static partial void LoopbackTrusted(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Effective settings of {Section}: {Values}")]
    public static partial void EffectiveSettings(ILogger log, string section, string values);

    [LoggerMessage(Level = LogLevel.Information, Message = "{System} listens on {Local}")]
    public static partial void Listening(ILogger log, string system, IPEndPoint local);

    [LoggerMessage(Level = LogLevel.Error, Message = "{System} cannot listen on {Address}: {Text} [{Reason}]")]
    public static partial void CannotListen(ILogger log, string system, string address, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{System} shows the certificate with the SHA-256 fingerprint {Fingerprint}, valid until {Expires}")]
    public static partial void CertificateInUse(ILogger log, string system, string fingerprint, string expires);

    [LoggerMessage(Level = LogLevel.Error, Message = "{System} keeps its certificate, since the files that changed cannot be used: {Text}")]
    public static partial void CertificateUnusable(ILogger log, string system, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{System} shows a certificate that is valid until {Expires} only")]
    public static partial void CertificateExpires(ILogger log, string system, string expires);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{System} cannot accept connections: {Text} [{Reason}]; trying again")]
    public static partial void AcceptFailing(ILogger log, string system, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{System} accepts connections again, after {Failures} failures")]
    public static partial void AcceptRecovered(ILogger log, string system, long failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{System} refused a connection from {Remote}: {Text} [{Reason}]")]
    public static partial void Refused(ILogger log, string system, IPEndPoint remote, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection {Connection} opened: {Protocol} from {Remote}")]
    public static partial void Opened(ILogger log, ulong connection, string protocol, IPEndPoint remote);

    [LoggerMessage(Message = "Connection {Connection} ended: {Protocol} from {Remote}, {BytesReceived} bytes in, {BytesSent} bytes out: {Text} [{Reason}]")]
    public static partial void Closed(
        ILogger log, LogLevel level, ulong connection, string protocol, IPEndPoint remote, long bytesReceived, long bytesSent,
        string text, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection {Connection} from {Remote} finished its handshake: {Scheme}, C2 {Echo}")]
    public static partial void HandshakeDone(ILogger log, ulong connection, IPEndPoint remote, string scheme, string echo);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection {Connection} from {Remote} sent a message of type {Type}, which means nothing here and is skipped; {Times} so far")]
    public static partial void MessageSkipped(ILogger log, ulong connection, IPEndPoint remote, int type, long times);

    [LoggerMessage(Message = "Connection {Connection} from {Remote} sent a command that cannot be read (stream {Stream}): {Text}, at byte {Offset} of the message [{Reason}]")]
    public static partial void CommandUnreadable(
        ILogger log, LogLevel level, ulong connection, IPEndPoint remote, string stream, string text, int offset, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Connection {Connection} ({Protocol} from {Remote}) hit a fault of this program")]
    public static partial void Faulted(ILogger log, Exception fault, ulong connection, string protocol, IPEndPoint remote);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Thread} hit a fault of this program, and goes on")]
    public static partial void ThreadFaulted(ILogger log, Exception fault, string thread);

    [LoggerMessage(Level = LogLevel.Error, Message = "Method {Method} threw")]
    public static partial void MethodFaulted(ILogger log, Exception fault, string method);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stream {Stream} is live: published by connection {Connection} ({Protocol} from {Remote})")]
    public static partial void StreamStarted(ILogger log, string stream, ulong connection, string protocol, IPEndPoint remote);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stream {Stream} ended: connection {Connection} from {Remote} stopped publishing: {Text} [{Reason}]")]
    public static partial void StreamStopped(ILogger log, string stream, ulong connection, IPEndPoint remote, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "A viewer joined stream {Stream}, which has {Viewers} now: connection {Connection} ({Protocol} from {Remote}), which may lag by {Milliseconds} ms")]
    public static partial void ViewerJoined(
        ILogger log, string stream, int viewers, ulong connection, string protocol, IPEndPoint? remote, long milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "A viewer left stream {Stream}: {Delivered} frames delivered, {Dropped} dropped ({Drops}): connection {Connection} ({Protocol} from {Remote})")]
    public static partial void ViewerLeft(
        ILogger log, string stream, long delivered, long dropped, string drops, ulong connection, string protocol, IPEndPoint? remote);

    [LoggerMessage(Level = LogLevel.Information, Message = "A viewer lags behind stream {Stream} and frames are dropped for it: {Text} [{Reason}]: connection {Connection} ({Protocol} from {Remote})")]
    public static partial void ViewerLags(
        ILogger log, string stream, string text, string reason, ulong connection, string protocol, IPEndPoint? remote);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} sends no keyframes: viewers start at any picture, which may not decode at once")]
    public static partial void KeysMissing(ILogger log, string stream);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The time line of stream {Stream} jumped by {Milliseconds} ms; {Unsaid} jumps before it were not logged")]
    public static partial void TimestampGap(ILogger log, string stream, long milliseconds, long unsaid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The time line of stream {Stream} jumped {Unsaid} times more than was logged")]
    public static partial void MoreGaps(ILogger log, string stream, long unsaid);

    [LoggerMessage(Message = "{Action} {Stream} (key {Key}) by connection {Connection} from {Remote}: {Outcome} [{Reason}]")]
    public static partial void Attempt(
        ILogger log, LogLevel level, string action, string stream, string key, ulong connection, IPEndPoint remote, string outcome, string reason);

    [LoggerMessage(Message = "Authentication for RPC by connection {Connection} from {Remote}: {Outcome}")]
    public static partial void AuthenticationAttempt(ILogger log, LogLevel level, ulong connection, IPEndPoint remote, string outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: no new connections; {Connections} have {Seconds} s to finish, publishers {PublishersSeconds} s")]
    public static partial void Draining(ILogger log, int connections, double seconds, double publishersSeconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Connections} connections did not finish in time and are cut off")]
    public static partial void CutOff(ILogger log, int connections);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped after {Seconds} s: {Connections} connections and {Streams} streams served, {BytesReceived} bytes in, {BytesSent} bytes out")]
    public static partial void Stopped(ILogger log, double seconds, long connections, long streams, long bytesReceived, long bytesSent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Station {Station} is on the air")]
    public static partial void StationOnAir(ILogger log, string station);

    [LoggerMessage(Message = "Station {Station} is off the air: {Text} [{Reason}]")]
    public static partial void StationOffAir(ILogger log, LogLevel level, string station, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection {Connection} from {Remote} listens to station {Station}, which has {Listeners} listeners now")]
    public static partial void ListenerJoined(ILogger log, string station, ulong connection, string remote, int listeners);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection {Connection} from {Remote} lags behind station {Station} and skips: {Text} [{Reason}]")]
    public static partial void ListenerLags(ILogger log, string station, ulong connection, string remote, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection {Connection} from {Remote} left station {Station}: {Delivered} frames delivered, {Dropped} dropped ({Drops})")]
    public static partial void ListenerLeft(ILogger log, string station, ulong connection, string remote, long delivered, long dropped, string drops);

    [LoggerMessage(Level = LogLevel.Information, Message = "Station {Station} plays {Path}: {Format}")]
    public static partial void TrackStarted(ILogger log, string station, string path, string format);

    [LoggerMessage(Message = "Station {Station} cannot play {Path}: {Text} [{Reason}]")]
    public static partial void SourceUnreadable(ILogger log, LogLevel level, string station, string path, string text, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Station {Station}: {Count} more lines about what it plays, or cannot play, were left out")]
    public static partial void SourceLinesLeftOut(ILogger log, string station, long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Station {Station} does not play all of {Source}: {Text}")]
    public static partial void SourceIncomplete(ILogger log, string station, string source, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Station {Station} waits for somebody to write to the named pipe {Path}")]
    public static partial void SourceAwaitsWriter(ILogger log, string station, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Station {Station} still reads {Source}, which cannot be called off, and leaves it behind")]
    public static partial void SourceLeftBehind(ILogger log, string station, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "The source {Source} of station {Station} hit a fault of this program")]
    public static partial void SourceFault(ILogger log, Exception fault, string station, string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo stream {Stream} ended and is published again: {Text}")]
    public static partial void DemoEnded(ILogger log, string stream, string text);
}
