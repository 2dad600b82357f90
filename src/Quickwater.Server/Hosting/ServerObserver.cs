using System.Net;
using Microsoft.Extensions.Logging;
using Quickwater.Core;
using Quickwater.Media;
using Quickwater.Rtmp;

namespace Quickwater.Server;

/// <summary>Logs the life of connections, streams and viewers, and counts what only it sees. Thread-safe.</summary>
internal sealed class ServerObserver(ILogger log, LiveStreams live, AttemptCounts attempts, TimeProvider time) : IConnectionObserver, IHubObserver, IRtmpObserver
{
    private readonly GapLog _gaps = new(time);
    private readonly long[] _handshakes = new long[Enum.GetValues<HandshakeScheme>().Length];
    private long _echoMismatches;
    private long _connectionFaults;
    private long _threadFaults;
    private long _skippedMessages;
    private long _streamsStarted;

    /// <summary>Publications since the start.</summary>
    public long StreamsStarted => Interlocked.Read(ref _streamsStarted);

    /// <summary>Faults of this program since the start: those that ended a connection, and those of threads that many share.</summary>
    public IReadOnlyDictionary<string, long> Faults => new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["connection"] = Interlocked.Read(ref _connectionFaults), ["thread"] = Interlocked.Read(ref _threadFaults),
    };

    /// <summary>Handshakes completed since the start, by scheme.</summary>
    public IReadOnlyDictionary<string, long> Handshakes =>
        Enum.GetValues<HandshakeScheme>().ToDictionary(Name, scheme => Interlocked.Read(ref _handshakes[(int)scheme]), StringComparer.Ordinal);

    /// <summary>What sessions let pass since the start, by the names of <see cref="IMediaSession.Tolerated"/>.</summary>
    public IReadOnlyDictionary<string, long> Tolerated => new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["echo_mismatch"] = Interlocked.Read(ref _echoMismatches), ["skipped_messages"] = Interlocked.Read(ref _skippedMessages),
    };

    /// <inheritdoc/>
    public void Opened(ConnectionInfo connection) => Log.Opened(log, connection.Id, connection.Protocol, connection.Remote);

    /// <inheritdoc/>
    public void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats)
    {
        var info = Reasons.Describe(why);
        var level = Log.Level(info);
        Log.Closed(
            log, level, connection.Id, connection.Protocol, connection.Remote, stats.BytesReceived, stats.BytesSent,
            info.Text, info.Tag);
    }

    /// <inheritdoc/>
    public void Faulted(ConnectionInfo connection, Exception fault)
    {
        if (connection.Id == 0)
        {
            Interlocked.Increment(ref _threadFaults);
            Log.ThreadFaulted(log, fault, connection.Protocol);
            return;
        }

        Interlocked.Increment(ref _connectionFaults);
        Log.Faulted(log, fault, connection.Id, connection.Protocol, connection.Remote);
    }

    /// <inheritdoc/>
    public void HandshakeDone(ConnectionInfo connection, HandshakeScheme scheme, bool echoMatched)
    {
        Interlocked.Increment(ref _handshakes[(int)scheme]);
        if (!echoMatched)
        {
            Interlocked.Increment(ref _echoMismatches);
        }

        if (log.IsEnabled(LogLevel.Debug))
        {
            Log.HandshakeDone(log, connection.Id, connection.Remote, Name(scheme), echoMatched ? "answers S1" : "does not answer S1, which is tolerated");
        }
    }

    /// <inheritdoc/>
    public void MessageSkipped(ConnectionInfo connection, RtmpMessageType type, long times)
    {
        Interlocked.Increment(ref _skippedMessages);
        if (long.IsPow2(times)) // the first, and ever fewer: a flood of them writes twenty lines
        {
            Log.MessageSkipped(log, connection.Id, connection.Remote, (int)type, times);
        }
    }

    /// <inheritdoc/>
    public void CommandUnreadable(ConnectionInfo connection, string stream, AmfError error)
    {
        var info = Reasons.Describe(error.Code);
        Log.CommandUnreadable(
            log, Log.Level(info), connection.Id, connection.Remote, stream.Length > 0 ? stream : "none", info.Text, error.Offset, info.Tag);
    }

    /// <inheritdoc/>
    public void Attempted(in AccessRequest request, string? identity, Reason refusal)
    {
        attempts.Count(request.Action == StreamAction.Publish ? "publish" : "play", refusal);
        var info = Reasons.Describe(refusal);
        var level = refusal != Reason.None ? Log.Level(info) : request.Action == StreamAction.Publish ? LogLevel.Information : LogLevel.Debug;
        if (log.IsEnabled(level))
        {
            var stream = request.Stream.Length > 0 && refusal != Reason.InvalidName ? $"{request.Application}/{request.Stream}" : "a name that cannot be used";
            Log.Attempt(
                log, level, request.Action == StreamAction.Publish ? "Publishing" : "Playing", stream, StreamKeys.Redact(request.Key), request.Connection.Id,
                request.Connection.Remote, refusal == Reason.None ? identity is null ? "allowed" : $"allowed as {identity}" : $"refused: {info.Text}", info.Tag);
        }
    }

    /// <inheritdoc/>
    public void Started(Topic topic, ConnectionInfo publisher)
    {
        Interlocked.Increment(ref _streamsStarted);
        Log.StreamStarted(log, topic.Name, publisher.Id, publisher.Protocol, publisher.Remote);
        live.Started(topic.Name);
    }

    /// <inheritdoc/>
    public void Stopped(Topic topic, ConnectionInfo publisher, Reason why)
    {
        var info = Reasons.Describe(why);
        if (_gaps.TakeUnsaid(topic) is > 0 and var unsaid)
        {
            Log.MoreGaps(log, topic.Name, unsaid);
        }

        Log.StreamStopped(log, topic.Name, publisher.Id, publisher.Remote, info.Text, info.Tag);
    }

    /// <inheritdoc/>
    public void Joined(Subscription viewer)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var (id, protocol, remote) = Who(viewer);
            Log.ViewerJoined(
                log, viewer.Topic.Name, viewer.Topic.Stats.Viewers, id, protocol, remote, (long)viewer.Options.LagTimeMax.TotalMilliseconds);
        }
    }

    /// <inheritdoc/>
    public void Left(Subscription viewer)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var stats = viewer.Stats;
            var drops = string.Join(
                ", ",
                viewer.Drops.ReadByKind().Select(pair => $"{pair.Key.Kind.ToString().ToLowerInvariant()} {pair.Key.Why.Tag()} {pair.Value}"));
            var (id, protocol, remote) = Who(viewer);
            Log.ViewerLeft(
                log, viewer.Topic.Name, stats.Delivered, stats.Dropped, drops.Length > 0 ? drops : "none", id, protocol, remote);
        }
    }

    /// <inheritdoc/>
    public void Lagged(Subscription viewer, Reason why)
    {
        var (id, protocol, remote) = Who(viewer);
        Log.ViewerLags(log, viewer.Topic.Name, why.Text(), why.Tag(), id, protocol, remote);
    }

    /// <inheritdoc/>
    public void KeysMissing(Topic topic) => Log.KeysMissing(log, topic.Name);

    /// <inheritdoc/>
    public void TimestampGap(Topic topic, TimeSpan gap)
    {
        if (_gaps.IsDue(topic, out var unsaid))
        {
            Log.TimestampGap(log, topic.Name, (long)gap.TotalMilliseconds, unsaid);
        }
    }

    // A viewer's mailbox is its connection.
    private static (ulong Id, string Protocol, IPEndPoint? Remote) Who(Subscription viewer) =>
        viewer.Mailbox is Connection { Info: var info } ? (info.Id, info.Protocol, info.Remote) : (0, "none", null);

    private static string Name(HandshakeScheme scheme) => scheme switch
    {
        HandshakeScheme.DigestSchema0 => "digest_0",
        HandshakeScheme.DigestSchema1 => "digest_1",
        _ => "simple",
    };
}
