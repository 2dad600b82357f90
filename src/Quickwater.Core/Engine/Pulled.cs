namespace Quickwater.Core;

/// <summary>What became of asking a session for bytes to send.</summary>
internal enum Pulled
{
    /// <summary>A send is under way, or failed and closed the connection: nothing to do before more is heard.</summary>
    InFlight,

    /// <summary>The session had nothing to send.</summary>
    Nothing,

    /// <summary>What there was is sent, and there is more.</summary>
    Part,

    /// <summary>All there was is sent.</summary>
    All,
}
