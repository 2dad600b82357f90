namespace Quickwater.Core;

/// <summary>A connection's entry among the deadlines: it asks for a turn, which looks at what is due.</summary>
internal sealed class ConnectionTimer(Connection connection) : DeadlineQueue.Entry
{
    internal override void Due() => connection.Wake();

    internal override void Faulted(Exception fault) => connection.Faulted(fault);
}
