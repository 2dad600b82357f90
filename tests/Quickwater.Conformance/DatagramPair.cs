using Quickwater.Core;

namespace Quickwater.Conformance;

/// <summary>Two datagram sockets under test that can reach each other, and a way to let time pass until something has happened.</summary>
public abstract class DatagramPair : IDisposable
{
    /// <summary>One. Not bound to a user yet.</summary>
    public abstract IDatagramSocket Near { get; }

    /// <summary>The other. Not bound to a user yet.</summary>
    public abstract IDatagramSocket Far { get; }

    /// <summary>Where the far one sees the near one.</summary>
    public virtual DatagramAddress NearSeen => Near.Local;

    /// <summary>An address of the same kind where nobody is.</summary>
    public abstract DatagramAddress Nobody { get; }

    /// <summary>Lets things happen until the condition holds, and throws when it does not within a generous time.</summary>
    public abstract void Until(Func<bool> condition);

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
