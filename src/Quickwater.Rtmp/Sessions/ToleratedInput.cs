using Quickwater.Core;

namespace Quickwater.Rtmp;

/// <summary>
/// Counts what one connection's peer does against the rules and is let pass, and tells the observer. Written by the connection's turn; its
/// counts may be read from any thread.
/// </summary>
internal sealed class ToleratedInput(IRtmpObserver? observer, ConnectionInfo connection)
{
    private bool _greeted;
    private long _echoMismatches;
    private long _skippedMessages;

    /// <summary>By name, what happened at all.</summary>
    public IReadOnlyDictionary<string, long> Counts
    {
        get
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["echo_mismatch"] = Volatile.Read(ref _echoMismatches), ["skipped_messages"] = Volatile.Read(ref _skippedMessages),
            };
            return counts.Where(static pair => pair.Value > 0).ToDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>The connection may be open by now: looks once at how its handshake went.</summary>
    public void Look(RtmpLink link)
    {
        if (_greeted || !link.IsOpen)
        {
            return;
        }

        _greeted = true;
        Volatile.Write(ref _echoMismatches, link.EchoMatched ? 0 : 1);
        observer?.HandshakeDone(connection, link.HandshakeScheme, link.EchoMatched);
    }

    /// <summary>A message of a type that means nothing here.</summary>
    public void Skip(RtmpMessageType type)
    {
        Volatile.Write(ref _skippedMessages, _skippedMessages + 1);
        observer?.MessageSkipped(connection, type, _skippedMessages);
    }
}
