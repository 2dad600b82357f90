namespace Quickwater.Net.Tests;

/// <summary>The epoll loops of this test run; null where there are none, so that the tests run over the runtime's sockets twice.</summary>
internal static class TestLoops
{
    public static EpollLoops? Shared { get; } = EpollLoops.IsSupported ? new EpollLoops(2) : null;

    /// <summary>For theories over both kinds of sockets: false for the runtime's, and true where there are loops.</summary>
    public static TheoryData<bool> Kinds => EpollLoops.IsSupported ? [false, true] : [false];

    /// <summary>Both kinds with each of these.</summary>
    public static TheoryData<T, bool> With<T>(params T[] values)
    {
        var all = new TheoryData<T, bool>();
        foreach (var value in values)
        {
            all.Add(value, false);
            if (EpollLoops.IsSupported)
            {
                all.Add(value, true);
            }
        }

        return all;
    }
}
