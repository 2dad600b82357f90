namespace Quickwater.Net.Tests;

/// <summary>The epoll loops of this test run; null where there are none, so that the tests run over the runtime's sockets twice.</summary>
internal static class TestLoops
{
    public static EpollLoops? Shared { get; } = EpollLoops.IsSupported ? new EpollLoops(2) : null;
}
