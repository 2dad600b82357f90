using System.Diagnostics;
using System.Globalization;

namespace Quickwater.Bench;

/// <summary>A server under measurement, in a process of its own. It prints <c>listening PORT</c> and ends with its standard input.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts one of this program's servers, with the runtime's inline completions or without.</summary>
    public static Task<ServerProcess> StartAsync(bool inline, params string[] arguments)
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The program does not know its own path.");
        var start = new ProcessStartInfo(self, arguments);
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = inline ? "1" : "0";
        return StartAsync(start);
    }

    /// <summary>Starts a C server.</summary>
    public static Task<ServerProcess> StartFloorAsync(string name, params string[] arguments) =>
        StartAsync(new ProcessStartInfo(Floor.Program(name), arguments));

    /// <summary>One more line of the server's output.</summary>
    public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync() ?? "";

    /// <summary>Asks the server for a line of figures.</summary>
    public async Task<Figures> AskAsync(string what)
    {
        await _process.StandardInput.WriteLineAsync(what);
        await _process.StandardInput.FlushAsync();
        return Figures.Parse(await ReadLineAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(); // the C servers do not read their input
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Starts a server that is none of these.</summary>
    public static async Task<ServerProcess> StartAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        var line = await process.StandardOutput.ReadLineAsync() ?? "";
        return line.StartsWith("listening ", StringComparison.Ordinal)
            ? new ServerProcess(process, int.Parse(line.AsSpan("listening ".Length), CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{start.FileName} said: {line}");
    }
}
