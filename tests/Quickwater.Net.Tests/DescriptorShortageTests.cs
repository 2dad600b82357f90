using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>
/// Takes the process's file descriptors away. The runtime ends a process that has none where it wants a thread, so this has a process of its own: the same test, alone.
/// </summary>
public sealed partial class DescriptorShortageTests
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const int IdleThreads = 16;
    private const string Alone = "QUICKWATER_ALONE";

    [LinuxFact] // the limit is set by a call that only Unix has, and counted in /proc
    public Task Without_descriptors_the_server_says_so_once_backs_off_and_recovers() =>
        Environment.GetEnvironmentVariable(Alone) == "1" ? RunAsync() : RunAloneAsync();

    private static async Task RunAloneAsync()
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", ["test", typeof(DescriptorShortageTests).Assembly.Location, "--filter", $"FullyQualifiedName~{nameof(DescriptorShortageTests)}"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment[Alone] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en"; // it is looked for what it says
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && said[0].Contains("Passed:     1,", StringComparison.Ordinal), string.Join('\n', said));
    }

    private static async Task RunAsync()
    {
        var leaks = new LeakCounters();
        var log = new ServerLog();
        await using (var server = Serving.Start(log, leaks))
        {
            // Once with descriptors, so that nothing needs to be loaded when there are none.
            using var first = Connected(server);
            (await log.AcceptedAsync()).Close();

            HaveIdleThreads();
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

    // Without a descriptor no thread can begin, and the runtime ends the process where it wanted one for its pool. So the pool has more than it needs.
    private static void HaveIdleThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        Assert.True(ThreadPool.SetMinThreads(IdleThreads, ports));
        using var all = new CountdownEvent(IdleThreads);
        var there = Enumerable.Range(0, IdleThreads).Select(_ => Task.Run(() =>
        {
            all.Signal();
            all.Wait();
        })).ToArray();
        Assert.True(Task.WaitAll(there, TimeSpan.FromMinutes(1)));
        Assert.True(ThreadPool.SetMinThreads(workers, ports));
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
