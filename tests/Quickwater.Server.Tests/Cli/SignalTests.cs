using System.Diagnostics;
using System.Net;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>SIGHUP, which a closed terminal sends, and who moves log files.</summary>
public sealed class SignalTests : IDisposable
{
    private const string Sets = "--set rtmp.listen=127.0.0.1:0 --set http.enabled=false --set admin.enabled=false --set rpc.enabled=false";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _servers = [];
    private IPEndPoint _rtmp = new(0, 0);

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Kill(entireProcessTree: true); // nothing, when it has ended as it should
            server.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    [Requirement("RTMP-19.1", "RTMP-19.6")]
    public async Task A_closed_terminal_stops_the_server_in_order()
    {
        var server = await ServeAsync("");
        await SignalAsync(server, "HUP");

        var error = await server.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await server.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, server.ExitCode);
        Assert.Contains("Stopping: no new connections", error, StringComparison.Ordinal);
        Assert.Contains("Stopped after ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hang_up_that_was_ignored_before_stays_ignored()
    {
        var server = await ServeAsync("trap '' HUP; ", "--set shutdown.grace=10m");
        using var mute = await RawRtmp.MuteAsync(_rtmp);
        await SignalAsync(server, "HUP");
        using (await RawRtmp.MuteAsync(_rtmp))
        {
            // It still lets people in.
        }

        // Were this the second signal that counts, it would cut off who is connected.
        await SignalAsync(server, "TERM");
        await ReadToAsync(server, "Stopping: no new connections");
        Assert.False(server.HasExited);
        mute.Dispose();

        var error = await server.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await server.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, server.ExitCode);
        Assert.DoesNotContain("cut off", error, StringComparison.Ordinal);
        Assert.Contains("Stopped after ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOTIFY_SOCKET")]
    [InlineData("INVOCATION_ID")]
    public async Task A_service_reads_its_key_again_and_serves_on(string variable)
    {
        var server = await ServeAsync("", (variable, "x"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "publish.key"), "another-key-of-mine\n");
        await SignalAsync(server, "HUP");
        await ReadToAsync(server, "The stream keys have changed: 1 now");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "publish.key"), "");
        await SignalAsync(server, "HUP");
        await ReadToAsync(server, "The stream keys stay as they were: ");

        await SignalAsync(server, "TERM");
        await server.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task A_configuration_file_that_has_become_a_folder_changes_nothing_and_the_server_goes_on()
    {
        var file = _folder.Write("quickwater.yaml", "log:\n  level: info\n");
        var server = await ServeAsync("", $"--config {file}", ("NOTIFY_SOCKET", "x"));
        File.Delete(file);
        Directory.CreateDirectory(file);
        await SignalAsync(server, "HUP");
        await ReadToAsync(server, "The stream keys stay as they were: ");
        using (await RawRtmp.MuteAsync(_rtmp))
        {
            // It lets people in as before.
        }

        await SignalAsync(server, "TERM");
        await server.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task A_log_file_that_was_moved_away_is_opened_anew_and_only_owner_and_group_read_it()
    {
        var log = Path.Combine(_folder.Path, "server.log");
        var server = await ServeAsync("", $"--set log.file={log}");
        File.Move(log, log + ".1");
        await SignalAsync(server, "HUP");
        await Until.HoldsAsync(() => File.Exists(log), Patience, "the log file is there again");

        await SignalAsync(server, "TERM");
        await server.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, server.ExitCode);
        Assert.Contains(" listens on ", await File.ReadAllTextAsync(log + ".1"), StringComparison.Ordinal);
        Assert.Contains("Stopped after ", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(log) & (Others | UnixFileMode.GroupWrite));
        }
    }

    [Fact]
    [Requirement("RTMP-19.5")]
    public async Task A_standard_error_that_nobody_reads_holds_up_neither_the_server_nor_its_stop()
    {
        const int PipeBytes = 60_000; // a pipe of Linux holds 64 KiB; the end of its last page may stay free
        var server = await ServeAsync(
            "", "--set log.level=debug --set log.linesPerAddressMax=1000000 --set log.linesPerKindMax=1000000 --set rtmp.handshakeTimeout=1s");

        // Its pipe is full long before this is over: nobody reads it.
        for (var i = 0; i < 1000; i++)
        {
            using var peer = await RawRtmp.MuteAsync(_rtmp);
        }

        var began = Stopwatch.GetTimestamp();
        await SignalAsync(server, "TERM");
        await SignalAsync(server, "TERM");
        await server.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, server.ExitCode);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var error = await server.StandardError.ReadToEndAsync().WaitAsync(Patience);
        Assert.True(error.Length > PipeBytes, $"{error.Length} bytes were in the pipe");
        Assert.DoesNotContain("Stopping: ", error, StringComparison.Ordinal); // there was no room for it
    }

    [Fact]
    public async Task A_disk_that_is_full_leaves_no_key_behind_and_the_next_start_makes_one()
    {
        var data = Path.Combine(_folder.Path, "data");
        var serve = $"$QW serve {Sets} --set data.directory={data}";

        // A limit on the size of files stands for the full disk.
        var full = await Shell.RunAsync($"trap '' XFSZ; ulimit -f 0; exec {serve}", ("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_EnableDiagnostics", "0"));

        Assert.Equal(1, full.Code);
        Assert.Contains("data.directory: the stream key is kept in ", full.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        Assert.True(StreamKeys.Load(TextList.Empty, data).Made);
    }

    private Task<Process> ServeAsync(string before, params (string Name, string Value)[] environment) => ServeAsync(before, "", environment);

    private async Task<Process> ServeAsync(string before, string options, params (string Name, string Value)[] environment)
    {
        var process = Shell.Start($"{before}exec $QW serve {Sets} --set data.directory={_folder.Path} {options}", environment);
        _servers.Add(process);
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line && !line.Contains("Ctrl+C", StringComparison.Ordinal))
        {
            if (line.Contains("Play", StringComparison.Ordinal))
            {
                _rtmp = IPEndPoint.Parse(line.Split("rtmp://")[1].Split('/')[0]);
            }
        }

        return process;
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private static async Task ReadToAsync(Process process, string text)
    {
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"It never said: {text}");
    }
}
