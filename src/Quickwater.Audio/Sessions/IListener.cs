using Quickwater.Core;
using Quickwater.Media;

namespace Quickwater.Audio;

/// <summary>What a session of somebody who listens shows of itself, whatever its protocol. Safe to read from any thread.</summary>
public interface IListener
{
    /// <summary>What it listens to; null while it listens to nothing.</summary>
    Station? Station { get; }

    /// <summary>Its place there; null while it has none.</summary>
    Subscription? Place { get; }

    /// <summary>What it calls itself; empty when it does not say.</summary>
    string Agent { get; }
}
