using System.Diagnostics;

namespace Quickwater.Interop.Tests;

/// <summary>
/// A program that a test started: its lines, its end, and its certain death when the test is over. Only its own process, and those that
/// it started, are ever killed.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;

    private Child(Process process, string name)
    {
        _process = process;
        _name = name;
        process.OutputDataReceived += (_, line) => Output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => Error.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to standard output.</summary>
    public Lines Output { get; } = new();

    /// <summary>What it wrote to standard error.</summary>
    public Lines Error { get; } = new();

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Processor time it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes of memory that are resident.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a program of this machine.</summary>
    /// <param name="tool">Its name, for example "ffmpeg".</param>
    /// <param name="arguments">What it is told.</param>
    public static Child Start(string tool, params IEnumerable<string> arguments) => StartFile(Tools.Require(tool), arguments);

    /// <summary>Its standard input, for a child that is fed.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts a program by its path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="isFed">Whether its standard input stays open, for <see cref="Input"/>; otherwise it is at its end.</param>
    public static Child StartFile(string path, IEnumerable<string> arguments, bool isFed = false)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{path} did not start.");
        if (!isFed)
        {
            process.StandardInput.Close();
        }

        return new Child(process, Path.GetFileName(path));
    }

    /// <summary>Waits for its end. The answer is its exit code; its lines are all there.</summary>
    /// <exception cref="TimeoutException">It goes on; the message shows what it wrote.</exception>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_name} did not end within {within.TotalSeconds} s. It wrote:\n{Output.Text}\n{Error.Text}", e);
        }
    }

    /// <summary>Kills it, as SIGKILL does: it cannot say goodbye.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>Sends it a signal, by its own id; for tests that need the program sh.</summary>
    /// <param name="signal">For example "TERM".</param>
    public async Task SignalAsync(string signal)
    {
        await using var kill = Start("sh", "-c", $"kill -{signal} {Id}");
        Assert.Equal(0, await kill.ExitAsync(TimeSpan.FromSeconds(60)));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
