namespace Quickwater.Core;

/// <summary>Makes the session of a new connection. Called from any thread, once a connection.</summary>
public interface ISessionFactory
{
    /// <summary>The name of the protocol, as in <see cref="ConnectionInfo.Protocol"/>.</summary>
    string Protocol { get; }

    /// <summary>Makes a session.</summary>
    /// <param name="info">Who is connected.</param>
    /// <param name="mailbox">How others reach the session; valid for the session's life.</param>
    /// <param name="now">When the connection opened.</param>
    ISession Create(ConnectionInfo info, IMailbox mailbox, Instant now);
}
