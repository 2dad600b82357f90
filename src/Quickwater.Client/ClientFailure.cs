using Quickwater.Core;

namespace Quickwater.Client;

/// <summary>Why a client's connection is over, or why there was none.</summary>
/// <param name="Why">The reason on this side. <see cref="Reason.RefusedByPeer"/> when the server said no: then the rest has its words.</param>
/// <param name="Code">The server's own status code, such as <c>NetStream.Publish.BadName</c>, as it came; empty when it gave none.</param>
/// <param name="Description">The server's description of it, as it came; empty when it gave none. Meant for people; do not parse it.</param>
public readonly record struct ClientFailure(Reason Why, string Code = "", string Description = "")
{
    /// <summary>For people. The server's words do nothing to a terminal or a log: <see cref="PeerText"/>.</summary>
    public override string ToString() => Code.Length + Description.Length == 0
        ? $"{Why.Text()} [{Why.Tag()}]"
        : PeerText.Printable($"the server said: {Code}{(Code.Length > 0 && Description.Length > 0 ? ": " : "")}{Description}");
}
