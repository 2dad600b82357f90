using Quickwater.Testing;

namespace Quickwater.Rtmp.Tests;

[Requirement("RTMP-4.9")]
public sealed class SessionStatesTests
{
    // From, and where to: every other step is wrong.
    private static readonly Dictionary<string, string[]> _steps = new(StringComparer.Ordinal)
    {
        ["Connecting"] = ["Handshaking", "Disconnected"],
        ["Handshaking"] = ["Connected", "Disconnected"],
        ["Connected"] = ["Publishing", "Subscribing", "Disconnected"],
        ["Publishing"] = ["Connected", "Subscribing", "Disconnected"],
        ["Subscribing"] = ["Connected", "Publishing", "Disconnected"],
        ["Disconnected"] = [],
    };

    [Fact]
    [Requirement("RTMP-21.8/commands")]
    [Requirement("RTMP-4.9/transitions")]
    public void Only_the_steps_of_the_table_are_taken()
    {
        foreach (var from in Enum.GetValues<RtmpSessionState>())
        {
            foreach (var to in Enum.GetValues<RtmpSessionState>())
            {
                var states = At(from);
                if (from == to || _steps[$"{from}"].Contains($"{to}"))
                {
                    states.Enter(to);
                    Assert.Equal(to, states.Now);
                }
                else
                {
                    Assert.Throws<InvalidOperationException>(() => states.Enter(to));
                    Assert.Equal(from, states.Now);
                }
            }
        }
    }

    private static SessionStates At(RtmpSessionState state)
    {
        var states = new SessionStates();
        RtmpSessionState[] way = state switch
        {
            RtmpSessionState.Connecting => [],
            RtmpSessionState.Handshaking => [RtmpSessionState.Handshaking],
            RtmpSessionState.Connected => [RtmpSessionState.Handshaking, RtmpSessionState.Connected],
            RtmpSessionState.Disconnected => [RtmpSessionState.Disconnected],
            _ => [RtmpSessionState.Handshaking, RtmpSessionState.Connected, state],
        };
        foreach (var step in way)
        {
            states.Enter(step);
        }

        return states;
    }
}
