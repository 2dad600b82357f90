using Quickwater.Core;

namespace Quickwater.Media;

/// <summary>What somebody wants to do with a stream.</summary>
public enum StreamAction
{
    /// <summary>Send it.</summary>
    Publish,

    /// <summary>Receive it.</summary>
    Play,
}

/// <summary>A question to the access policy.</summary>
/// <param name="Action">What is wanted.</param>
/// <param name="Application">The application, the first part of the stream's name.</param>
/// <param name="Stream">The stream's name within the application.</param>
/// <param name="Key">The key that came with it, if any. Secret.</param>
/// <param name="Connection">Who asks.</param>
/// <param name="Parameters">All parameters that came with it, as in a URL's query, the key among them. Secret.</param>
public readonly record struct AccessRequest(
    StreamAction Action, string Application, string Stream, string? Key, ConnectionInfo Connection, string Parameters = "");

/// <summary>
/// Decides who may publish and play. Called within a turn, so it never blocks: what needs a database or a web request is answered
/// later by mailbox, and the session waits in a state, reading nothing. Thread-safe.
/// </summary>
public interface IAccessPolicy
{
    /// <summary>Decides, or says that the answer will come to the mailbox under the correlation number.</summary>
    AccessDecision Decide(in AccessRequest request, IMailbox mailbox, uint correlation);
}
