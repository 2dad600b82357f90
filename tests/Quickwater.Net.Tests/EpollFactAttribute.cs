using Quickwater.Testing;

namespace Quickwater.Net.Tests;

/// <summary>A test of the epoll loops; skipped where there are none. A long one runs in <c>./test --full</c> only.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EpollFactAttribute : FactAttribute
{
    public EpollFactAttribute(bool isLong = false)
    {
        IsLong = isLong;
        Skip = isLong && !Tools.Full ? FullFactAttribute.NotInThisRun
            : EpollLoops.IsSupported ? null
            : "It needs Linux on x64 or arm64.";
    }

    public bool IsLong { get; }
}
