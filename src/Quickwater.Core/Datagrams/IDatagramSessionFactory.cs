namespace Quickwater.Core;

/// <summary>Makes the session of a new port. Called once a port.</summary>
public interface IDatagramSessionFactory
{
    /// <summary>The name of the protocol, as in <see cref="ConnectionInfo.Protocol"/> of its peers.</summary>
    string Protocol { get; }

    /// <summary>Makes a session.</summary>
    /// <param name="port">Where its peers are opened and closed; valid for the session's life.</param>
    /// <param name="now">When the port opened.</param>
    IDatagramSession Create(DatagramPort port, Instant now);
}
