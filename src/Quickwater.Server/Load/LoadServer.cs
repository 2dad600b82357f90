using System.Diagnostics;

namespace Quickwater.Server;

/// <summary>A server for a load: this program's own <c>serve</c> on loopback, in a process of its own, on a port that the system chose.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly string _system;
    private readonly string _folder;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoadServer(Process process, string system, string folder)
    {
        _system = system;
        Process = process;
        _folder = folder;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>Where its system listens.</summary>
    public string Address => _address.Task.IsCompletedSuccessfully ? _address.Task.Result : "";

    /// <summary>The SHA-256 of the certificate that it shows; empty when it shows none.</summary>
    public string Pin { get; private set; } = "";

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="system">The system that is wanted: rtmp, rpc or rpc.tls.</param>
    /// <param name="settings">Settings of the server, as <c>key=value</c>.</param>
    /// <exception cref="IOException">It did not start; the message has what it said last.</exception>
    public static async Task<LoadServer> StartAsync(string system, IEnumerable<string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("quickwater-load-").FullName;
        string[] ours =
        [
            "rtmp.listen=127.0.0.1:0", "audio.listen=127.0.0.1:0", "rpc.listen=127.0.0.1:0", "rpc.tls.listen=127.0.0.1:0", "http.listen=127.0.0.1:0", "admin.listen=127.0.0.1:0",
            $"data.directory={folder}", "rtmp.anonymousPublishFromLoopback=true", .. settings,
        ];
        var self = Environment.ProcessPath ?? throw new IOException("The program does not know its own path.");
        var isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] program = isHost ? [typeof(LoadServer).Assembly.Location] : [];
        var start = new ProcessStartInfo(self, [.. program, "serve", .. ours.SelectMany(one => (string[])["--set", one])])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new IOException($"{self} did not start.");
        var server = new LoadServer(process, system, folder);
        var last = "";
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            last = line.Data ?? last;
            server.Look(line.Data ?? "");
        };
        process.Exited += (_, _) => server._address.TrySetException(new IOException($"The server ended: {last}"));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await server._address.Task.WaitAsync(StartTime);
            return server;
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            await server.DisposeAsync();
            throw e as IOException ?? new IOException($"The server did not listen within {StartTime.TotalSeconds:0} s: {last}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
        }

        await Process.WaitForExitAsync();
        Process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Look(string line)
    {
        Pin = Behind(" fingerprint ", line)?.Split(',')[0] ?? Pin; // logged before it listens
        if (Behind($" {_system} listens on ", line) is { } address)
        {
            _address.TrySetResult(address);
        }
    }

    private static string? Behind(string mark, string line)
    {
        var at = line.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : line[(at + mark.Length)..].Trim();
    }
}
