using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quickwater.Bench;

/// <summary>Icecast as Debian packages it, without bursts, in a process of its own.</summary>
internal sealed class Icecast : IAsyncDisposable
{
    /// <summary>What its source clients say.</summary>
    public const string Password = "bench";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _folder;

    private Icecast(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it; null where it is not installed.</summary>
    public static async Task<Icecast?> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("quickwater-icecast-").FullName;
        var port = FreePort();
        var configuration = Path.Combine(folder, "icecast.xml");
        await File.WriteAllTextAsync(configuration, Configuration(folder, port));
        using (var chmod = Process.Start("chmod", ["-R", "a+rwX", folder])) // it gives up root's rights before it opens its log
        {
            await chmod.WaitForExitAsync();
        }

        try
        {
            var process = Process.Start(new ProcessStartInfo("icecast2", ["-c", configuration]) { UseShellExecute = false, RedirectStandardError = true })
                ?? throw new InvalidOperationException("icecast2 did not start");
            process.BeginErrorReadLine();
            var icecast = new Icecast(process, folder, port);
            await icecast.ReadyAsync();
            return icecast;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            await Console.Error.WriteLineAsync("No rows for Icecast, which is not installed: apt-get install icecast2");
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Bursts off, and queues so long that nobody is dropped.
    private static string Configuration(string folder, int port) => $"""
        <icecast>
        <limits><clients>5000</clients><sources>5</sources><queue-size>4000000</queue-size><client-timeout>30</client-timeout><header-timeout>15</header-timeout>
        <source-timeout>10</source-timeout><burst-on-connect>0</burst-on-connect><burst-size>0</burst-size></limits>
        <authentication><source-password>{Password}</source-password><admin-user>admin</admin-user><admin-password>{Password}</admin-password></authentication>
        <hostname>127.0.0.1</hostname>
        <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
        <fileserve>0</fileserve>
        <paths><basedir>{folder}</basedir><logdir>{folder}</logdir><webroot>{folder}</webroot><adminroot>{folder}</adminroot></paths>
        <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
        <security><chroot>0</chroot>{(Environment.IsPrivilegedProcess ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : "")}</security>
        </icecast>
        """;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint?)socket.LocalEndPoint)?.Port ?? 0;
    }

    private async Task ReadyAsync()
    {
        var began = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (began.Elapsed < StartTime && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }
}
