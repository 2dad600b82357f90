using System.Net;
using Quickwater.Core;

namespace Quickwater.Rpc.Tests;

/// <summary>While it lasts, somebody else has all of a budget's memory.</summary>
internal sealed class SpentMemory : IDisposable
{
    private readonly MemoryHolder _others;
    private readonly long _bytes;

    public SpentMemory(MemoryBudget budget, int beyond = 0)
    {
        _others = budget.Enter(IPAddress.Parse("192.0.2.1"));
        _bytes = budget.BytesMax + beyond;
        _others.Take(_bytes);
    }

    public void Dispose() => _others.Give(_bytes);
}
