using Quickwater.Core;

namespace Quickwater.Rtmp.Tests;

/// <summary>What tests need of a server: counted buffers, and entropy from a seed. Disposing it demands that nothing leaked.</summary>
internal sealed class World : IDisposable
{
    public World() => Pool = new PooledBytes.Pool(Leaks);

    public LeakCounters Leaks { get; } = new();

    public PooledBytes.Pool Pool { get; }

    public void Dispose() => Assert.True(Leaks.Read().IsZero, Leaks.Read().ToString());
}
