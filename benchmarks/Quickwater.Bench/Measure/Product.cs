using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Quickwater.Bench;

/// <summary>The server as its users start it, in a process of its own: <c>quickwater serve</c> on ports that the system chose.</summary>
internal sealed class Product : IAsyncDisposable
{
    private static readonly string[] Systems = ["rtmp", "audio", "http", "rpc"];
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("quickwater-bench-").FullName;
    private readonly Dictionary<string, IPEndPoint> _listens = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http = new();

    private readonly string _system;

    private Product(string system, string[] more)
    {
        _system = system;
        string[] settings =
        [
            .. Systems.Where(one => one != system).Select(one => $"{one}.enabled=false"), $"{system}.listen=127.0.0.1:0", "admin.listen=127.0.0.1:0",
            $"data.directory={_folder}", .. more,
        ];

        // Its standard input is a named pipe that it holds open itself: it never ends, and whoever wants writes to it.
        Mkfifo(Input);
        var start = new ProcessStartInfo(
            "sh", ["-c", "exec \"$@\" 0<>\"$0\"", Input, Executable, "serve", .. settings.SelectMany(one => (string[])["--set", one])])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Executable} did not start.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Look(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The program.</summary>
    public static string Executable => Path.Combine(Root, "src", "Quickwater.Server", "bin", "Release", "net10.0", "quickwater");

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>Where its system listens.</summary>
    public int Port => _listens[_system].Port;

    /// <summary>A named pipe: its standard input.</summary>
    public string Input => Path.Combine(_folder, "input");

    /// <summary>Starts one system and the metrics, and nothing else.</summary>
    /// <param name="system">The system's section, such as <c>rpc</c>.</param>
    /// <param name="settings">What else is set.</param>
    public static async Task<Product> StartAsync(string system, params string[] settings)
    {
        var product = new Product(system, settings);
        await product._started.Task.WaitAsync(StartTime);
        return product;
    }

    /// <summary>Bytes that the process has allocated on its managed heap since it began.</summary>
    public async Task<double> AllocatedAsync()
    {
        var text = await _http.GetStringAsync(new Uri($"http://{_listens["admin"]}/metrics"));
        var line = text.Split('\n').First(one => one.StartsWith("dotnet_gc_heap_total_allocated", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Quickwater.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The repository is not above this program.");
    }

    private static void Mkfifo(string path)
    {
        using var mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
    }

    private void Look(string line)
    {
        var words = line.Split(' ');
        var at = Array.IndexOf(words, "listens");
        if (at > 0 && at + 2 < words.Length && IPEndPoint.TryParse(words[at + 2], out var local))
        {
            _listens[words[at - 1]] = local;
            if (_listens.ContainsKey(_system) && _listens.ContainsKey("admin"))
            {
                _started.TrySetResult();
            }
        }
    }
}
