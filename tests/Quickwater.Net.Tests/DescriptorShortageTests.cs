using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>Takes the process's file descriptors away, so it runs alone.</summary>
[CollectionDefinition(nameof(DescriptorShortageTests), DisableParallelization = true)]
[Collection(nameof(DescriptorShortageTests))]
public sealed partial class DescriptorShortageTests
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    [LinuxFact] // the limit is set by a call that only Unix has, and counted in /proc
    public async Task Without_descriptors_the_server_says_so_once_backs_off_and_recovers()
    {
        var leaks = new LeakCounters();
        var log = new ServerLog();
        await using (var server = Serving.Start(log, leaks))
        {
            // Once with descriptors, so that nothing needs to be loaded when there are none.
            using var first = Connected(server);
            (await log.AcceptedAsync()).Close();

            using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var hoard = new List<Socket>();
            Assert.Equal(0, GetLimit(OpenFiles, out var normal));
            var used = Directory.GetFiles("/proc/self/fd").Length;
            Assert.Equal(0, SetLimit(OpenFiles, normal with { Soft = (ulong)used + 4 }));
            try
            {
                Assert.Throws<SocketException>(() => Hoard(hoard));
                second.Connect(server.Local);
                Assert.Equal(Reason.TooManyOpenFiles, await log.FailingAsync());
            }
            finally
            {
                Assert.Equal(0, SetLimit(OpenFiles, normal));
                hoard.ForEach(one => one.Dispose());
            }

            (await log.AcceptedAsync()).Close();
            Assert.True(await log.RecoveredAsync() is > 0 and < 1000);
            Assert.Equal(1, log.Failures);
        }

        Assert.True(leaks.Read().IsZero);
    }

    private static void Hoard(List<Socket> hoard)
    {
        while (hoard.Count < 100)
        {
            hoard.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        }
    }

    private static Socket Connected(TcpServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.Local);
        return socket;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);
}
