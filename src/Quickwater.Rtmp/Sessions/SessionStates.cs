using Quickwater.Media;

namespace Quickwater.Rtmp;

/// <summary>
/// The one place that says how a server session may go from state to state (RTMP-4.9); docs/states/rtmp.md draws it. Belongs to its
/// session's turn, but <see cref="Now"/> may be read from any thread.
/// </summary>
internal sealed class SessionStates
{
    /// <summary>Where it stands.</summary>
    internal RtmpSessionState Now { get; private set; }

    /// <summary>The states that follow on a state.</summary>
    internal static IReadOnlyList<RtmpSessionState> After(RtmpSessionState state) => state switch
    {
        RtmpSessionState.Connecting => [RtmpSessionState.Handshaking, RtmpSessionState.Disconnected],
        RtmpSessionState.Handshaking => [RtmpSessionState.Connected, RtmpSessionState.Disconnected],
        RtmpSessionState.Connected => [RtmpSessionState.Publishing, RtmpSessionState.Subscribing, RtmpSessionState.Disconnected],
        RtmpSessionState.Publishing => [RtmpSessionState.Connected, RtmpSessionState.Subscribing, RtmpSessionState.Disconnected],
        RtmpSessionState.Subscribing => [RtmpSessionState.Connected, RtmpSessionState.Publishing, RtmpSessionState.Disconnected],
        _ => [],
    };

    /// <summary>Goes to a state, or stays in it.</summary>
    /// <exception cref="InvalidOperationException">It does not follow on the present one: a fault of this program, not of a peer.</exception>
    internal void Enter(RtmpSessionState next)
    {
        if (next == Now)
        {
            return;
        }

        if (!After(Now).Contains(next))
        {
            throw new InvalidOperationException($"A session went from {Now} to {next}.");
        }

        Now = next;
    }

    /// <summary>Goes where a connection and its message streams are.</summary>
    internal void Follow(RtmpLink link, NetStream[] streams)
    {
        if (!link.IsOpen)
        {
            Enter(link.HandshakeState == HandshakeState.WaitingC0 ? RtmpSessionState.Connecting : RtmpSessionState.Handshaking);
            return;
        }

        if (Now == RtmpSessionState.Connecting)
        {
            Enter(RtmpSessionState.Handshaking); // all of it came at once
        }

        if (Now == RtmpSessionState.Handshaking)
        {
            Enter(RtmpSessionState.Connected);
        }

        var stage = RtmpSessionState.Connected;
        foreach (var stream in streams)
        {
            stage = stream.IsPublisher ? RtmpSessionState.Publishing
                : stream.Subscription is not null && stage != RtmpSessionState.Publishing ? RtmpSessionState.Subscribing
                : stage;
        }

        Enter(stage);
    }
}
