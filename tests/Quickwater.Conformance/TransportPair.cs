using Quickwater.Core;

namespace Quickwater.Conformance;

/// <summary>Two connected transports under test, and a way to let time pass until something has happened.</summary>
public abstract class TransportPair : IDisposable
{
    /// <summary>One end. Not bound yet.</summary>
    public abstract ITransport Near { get; }

    /// <summary>The other end. Not bound yet.</summary>
    public abstract ITransport Far { get; }

    /// <summary>Lets things happen until the condition holds, and throws when it does not within a generous time.</summary>
    public abstract void Until(Func<bool> condition);

    /// <summary>Breaks the connection from the near end, as a process that dies does: the far end sees a reset.</summary>
    public abstract void ResetFromNear();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of sockets and threads.</summary>
    protected virtual void Dispose(bool disposing)
    {
        Near.Close();
        Far.Close();
    }
}
