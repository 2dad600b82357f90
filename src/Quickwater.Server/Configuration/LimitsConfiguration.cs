using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>The section <c>limits</c>: what the whole server may use, whatever its systems allow each.</summary>
/// <param name="MemoryMax">Bytes held for peers; 0 for half of what the process may use.</param>
/// <param name="MemoryRefusePercent">From this part of it on new peers are refused.</param>
/// <param name="DescriptorsMax">File descriptors; 0 for what the system lets the process have.</param>
/// <param name="FarewellTimeout">Time to tell a peer why its connection ends.</param>
public sealed record LimitsConfiguration(long MemoryMax, int MemoryRefusePercent, int DescriptorsMax, TimeSpan FarewellTimeout)
{
    /// <summary>The bytes in force: by default, half of what the process may use, which a container may have bounded.</summary>
    internal long MemoryBytes => MemoryMax > 0 ? MemoryMax : MemoryBudget.HalfOfProcess;

    /// <summary>The engine's options with them.</summary>
    internal EngineOptions ToEngineOptions() => new()
    {
        MemoryBytesMax = MemoryBytes, MemoryRefusePercent = MemoryRefusePercent, FarewellTimeout = FarewellTimeout,
    };
}
