namespace Quickwater.Core;

/// <summary>Told of the life of connections: the server logs from here. Called within turns, so it must be quick and must not throw.</summary>
public interface IConnectionObserver
{
    /// <summary>A connection opened.</summary>
    void Opened(ConnectionInfo connection);

    /// <summary>A connection is over, for exactly one reason.</summary>
    void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats);

    /// <summary>
    /// Something threw: a fault of this program. The connection that caused it ends with <see cref="Reason.LocalFault"/>; where none did, the connection's
    /// number is 0 and its protocol the name of what threw. May come from any thread.
    /// </summary>
    void Faulted(ConnectionInfo connection, Exception fault);
}
