namespace Quickwater.Core;

/// <summary>Told of the life of connections: the server logs from here. Called within turns, so it must be quick and must not throw.</summary>
public interface IConnectionObserver
{
    /// <summary>A connection opened.</summary>
    void Opened(ConnectionInfo connection);

    /// <summary>A connection is over, for exactly one reason.</summary>
    void Closed(ConnectionInfo connection, Reason why, in ConnectionStats stats);

    /// <summary>A session threw: a fault of this program. The connection ends with <see cref="Reason.LocalFault"/>.</summary>
    void Faulted(ConnectionInfo connection, Exception fault);
}
