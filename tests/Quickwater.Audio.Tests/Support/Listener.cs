using Quickwater.Core;
using Quickwater.Sim;

namespace Quickwater.Audio.Tests;

/// <summary>A client of the studio, with what it heard.</summary>
internal sealed class Listener(EndpointPair pair, AudioClient client, Heard heard)
{
    public EndpointPair Pair => pair;

    public Heard Heard => heard;

    public AudioClientSession Session => client.Session ?? throw new InvalidOperationException("No session yet.");

    public AudioClientStats Stats => Session.Stats;

    /// <summary>Whether it is connected.</summary>
    public bool IsOpen => !pair.Client.Over;

    /// <summary>Why it ended, on its own side.</summary>
    public Reason Ended => Session.Ended;

    /// <summary>The server's reason for its end, on the server's side.</summary>
    public Reason ServerEnded => pair.Server?.Ended ?? Reason.None;

    public void Leave() => pair.Client.Connection?.Post(Command.Kick(Reason.Cancelled));
}
