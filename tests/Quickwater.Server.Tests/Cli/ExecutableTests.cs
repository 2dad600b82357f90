using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>The real executable as a child process.</summary>
public sealed class ExecutableTests
{
    [Fact]
    public async Task Version_is_printed()
    {
        var (code, output, error) = await RunAsync("--version");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+\n$", output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("config", "dump", "--help")]
    [InlineData("config", "validate", "--help")]
    public async Task Help_ends_with_examples(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Examples:\n  quickwater ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quickwater: Unrecognized command or argument 'sreve'.", "sreve")]
    [InlineData("quickwater: Required argument 'FILE' missing for command: 'validate'.", "config", "validate")]
    [InlineData("quickwater: Unrecognized command or argument '--nope'.", "config", "dump", "--nope")]
    public async Task Wrong_usage_is_said_and_ends_with_2(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-17.4")]
    public async Task A_wrong_file_ends_with_2_and_every_problem_on_standard_error()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("q.yaml", "rtmp:\n  lisen: 1\n  enabled: 2\n");

        var (code, output, error) = await RunAsync("config", "validate", file);

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            $"""
            quickwater: this configuration cannot be used (2 problems):
              {file}:2: rtmp.lisen: unknown key; did you mean rtmp.listen?
              {file}:3: rtmp.enabled: 2 is not allowed; allowed: true or false

            """.ReplaceLineEndings("\n"),
            error);
    }

    [Fact]
    public async Task A_good_file_is_valid()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("q.yaml", "rtmp:\n  listen: 127.0.0.1:0\n");

        Assert.Equal((0, $"{file}: valid\n", ""), await RunAsync("config", "validate", file));
    }

    [Fact]
    [Requirement("RTMP-17.2", "RTMP-17.6")]
    public async Task Dump_shows_values_and_their_origins()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("q.yaml", "rtmp:\n  listen: 127.0.0.1:1\n  chunkSize: 1KiB\n  idleTimeout: 5s\n");
        var start = StartInfo("config", "dump", "--config", file, "--set", "rtmp.listen=127.0.0.1:3");
        start.Environment["QUICKWATER__RTMP__CHUNKSIZE"] = "2KiB";

        var (code, output, error) = await RunAsync(start);

        Assert.Equal((0, ""), (code, error));
        Assert.Matches("listen: \"127.0.0.1:3\" +# --set\n", output);
        Assert.Matches("chunkSize: 2KiB +# environment QUICKWATER__RTMP__CHUNKSIZE\n", output);
        Assert.Matches("idleTimeout: 5s +# file .*q.yaml:4\n", output);
        Assert.Matches("grace: 30s +# default\n", output);
    }

    [Theory]
    [InlineData(2, "is no stream's URL", "play", "http://127.0.0.1/live/a")]
    [InlineData(2, "is no stream's URL", "publish", "clip.flv", "rtmp://127.0.0.1/")]
    [InlineData(2, "there is no file", "publish", "/nowhere/clip.flv", "rtmp://127.0.0.1/live/a")]
    [InlineData(2, "--duration is 0; allowed is 0.001 to 1000000", "play", "rtmp://127.0.0.1/live/a", "--duration", "0")]
    [InlineData(2, "names no station", "listen", "127.0.0.1:7000")]
    [InlineData(2, "is no station's address", "listen", "http://127.0.0.1/speech")]
    [InlineData(2, "--duration is -1; allowed is", "listen", "127.0.0.1/speech", "--duration", "-1")]
    [InlineData(2, "--demo publishes by RTMP", "serve", "--demo", "--set", "rtmp.enabled=false")]
    [InlineData(2, "rtmp.lisen: unknown key", "serve", "--set", "rtmp.lisen=1")]
    public async Task Wrong_arguments_of_a_verb_end_with_their_code(int expected, string text, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_play_publish_and_listen_with_1()
    {
        using var folder = new TemporaryFolder();
        var clip = Path.Combine(folder.Path, "clip.flv");
        await File.WriteAllBytesAsync(clip, Clip.Cut(100));
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: refused
        var url = $"rtmp://{taken.LocalEndPoint}/live/a";

        var play = await RunAsync("play", url);
        var publish = await RunAsync("publish", clip, url);

        var listen = await RunAsync("listen", $"{taken.LocalEndPoint}/speech");
        var list = await RunAsync("listen", $"{taken.LocalEndPoint}", "--list");

        Assert.Equal((1, 1, 1, 1), (play.Code, publish.Code, listen.Code, list.Code));
        Assert.Contains("[connection_refused]", listen.Error, StringComparison.Ordinal);
        Assert.Contains("[connection_refused]", list.Error, StringComparison.Ordinal);
        Assert.Contains("[connection_refused]", play.Error, StringComparison.Ordinal);
        Assert.Contains("[connection_refused]", publish.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("RTMP-19.1", "RTMP-17.5/logged")]
    public async Task Serve_prints_where_to_go_and_stops_in_order_at_a_signal()
    {
        using var folder = new TemporaryFolder();
        var start = StartInfo(
            "serve", "--demo", "--set", "rtmp.listen=127.0.0.1:0", "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0",
            "--set", "rpc.listen=127.0.0.1:0", "--set", "audio.listen=127.0.0.1:0",
            "--set", $"data.directory={folder.Path}");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The executable did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var banner = await BannerAsync(process);

        var media = Regex.Match(banner, "http://127.0.0.1:[0-9]+/live/demo.flv", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        using var client = new HttpClient();
        using var view = await client.GetAsync(new Uri(media), HttpCompletionOption.ResponseHeadersRead);
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();

        Assert.Equal(HttpStatusCode.OK, view.StatusCode);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("rtmp://127.0.0.1:", banner, StringComparison.Ordinal);
        var key = await File.ReadAllTextAsync(Path.Combine(folder.Path, "publish.key"));
        Assert.Contains(key.Trim(), banner, StringComparison.Ordinal);
        Assert.Contains("Setting data.directory = ", await error, StringComparison.Ordinal);
        Assert.Contains("Stopping: no new connections", await error, StringComparison.Ordinal);
        Assert.Contains("2 connections and 1 streams served", await error, StringComparison.Ordinal);
    }

    [Theory]
    [Requirement("RTMP-19.5")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_second_signal_ends_serve_at_once(string signal)
    {
        using var folder = new TemporaryFolder();
        using var process = Process.Start(StartInfo(
            "serve", "--set", "rtmp.listen=127.0.0.1:0", "--set", "http.enabled=false", "--set", "admin.enabled=false", "--set", "rpc.listen=127.0.0.1:0",
            "--set", $"data.directory={folder.Path}", "--set", "shutdown.grace=10m"))
            ?? throw new InvalidOperationException("The executable did not start.");
        var banner = await BannerAsync(process);

        var port = Regex.Match(banner, "(?<=rtmp://)127.0.0.1:[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        using var mute = await RawRtmp.MuteAsync(IPEndPoint.Parse(port));
        using var first = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("Stopping: ", StringComparison.Ordinal))
        {
            // What it logged before.
        }

        Assert.False(process.HasExited);
        using var second = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("1 connections did not finish in time and are cut off", error, StringComparison.Ordinal);
        Assert.Contains("Stopped after ", error, StringComparison.Ordinal);
        Assert.Equal("", await mute.EndedAsync());
    }

    [ToolFact("mkfifo")]
    public async Task Serve_with_named_pipes_that_nobody_writes_to_starts_and_stops_at_a_signal()
    {
        using var folder = new TemporaryFolder();
        string[] pipes = [.. new[] { "a.wav", "b", "c.flac", "d.m3u", "e.pcm", "f.wav" }.Select(name => Path.Combine(folder.Path, name))];
        await Fifo.MakeAsync(pipes);
        using var process = Process.Start(StartInfo(
        [
            "serve", "--set", "rtmp.enabled=false", "--set", "http.enabled=false", "--set", "admin.enabled=false", "--set", "rpc.enabled=false",
            "--set", "audio.listen=127.0.0.1:0", .. pipes[..4].SelectMany(static pipe => new[] { "--station", $"{Path.GetFileNameWithoutExtension(pipe)}={pipe}" }),
            "--station", $"e[raw=s16/8000/1;fallback={pipes[5]}]={pipes[4]}",
        ])) ?? throw new InvalidOperationException("The executable did not start.");
        var error = process.StandardError.ReadToEndAsync();
        await BannerAsync(process);
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain("leaves it behind", await error, StringComparison.Ordinal);
        Assert.Contains("Stopped after ", await error, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(StartInfo(arguments));

    private static async Task<(int Code, string Output, string Error)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The executable did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    // What it prints at its start, to the last line; less when it ends before.
    private static async Task<string> BannerAsync(Process process)
    {
        var banner = "";
        while (!banner.Contains("Ctrl+C", StringComparison.Ordinal) && await process.StandardOutput.ReadLineAsync() is { } line)
        {
            banner += line + "\n";
        }

        Assert.Contains("Ctrl+C", banner, StringComparison.Ordinal);
        return banner;
    }

    private static ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(typeof(ServerConfiguration).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
