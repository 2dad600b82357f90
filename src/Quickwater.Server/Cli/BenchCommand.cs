using System.CommandLine;
using Quickwater.Client;
using Quickwater.Rtmp;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater bench</c>: load generators.</summary>
internal static class BenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var viewers = NumberOption.Create("--viewers", "Viewers.", 100, 1, 100_000);
        var publishers = NumberOption.Create("--publishers", "Streams to publish; 0 plays the stream of --url as it is, without delays.", 1, 0, 1000);
        var kilobits = NumberOption.Create("--kbps", "Rate of each stream in kb/s, 64 of them audio.", 500, 100, 200_000);
        var frames = NumberOption.Create("--fps", "Video frames a second.", 25, 1, 240);
        var duration = NumberOption.Create("--duration", "Seconds that are measured.", 10, 1, 86_400);
        var url = new Option<string?>("--url")
        {
            Description = "The stream: rtmp://HOST[:PORT]/APP/STREAM[?key=KEY]. Without it, an own server is started on loopback and measured too.",
            HelpName = "URL",
        };
        var sets = new Option<string[]>("--set")
        {
            Description = "A setting of the own server; may be given more than once.", HelpName = "key=value", DefaultValueFactory = _ => [],
        };
        var figures = new Option<bool>("--figures") { Description = "Print one line of names and numbers instead of the report." };
        var rtmp = new Command("rtmp", "Publish RTMP streams to many viewers, and measure what reaches them and how late.")
        {
            viewers, publishers, kilobits, frames, duration, url, sets, figures,
        };
        rtmp.Validators.Add(result =>
        {
            if (result.GetResult(url) is { Tokens.Count: > 0 } && result.GetResult(sets) is { Tokens.Count: > 0 })
            {
                result.AddError("--set is for the server that is started here: leave it out, or --url.");
            }
        });
        rtmp.SetAction((parse, _) =>
        {
            var options = new LoadOptions(
                parse.GetValue(viewers), parse.GetValue(publishers), parse.GetValue(kilobits), parse.GetValue(frames), TimeSpan.FromSeconds(2),
                TimeSpan.FromSeconds(parse.GetValue(duration)), parse.GetValue(url) ?? "");
            return RunAsync(options, parse.GetValue(sets) ?? [], parse.GetValue(figures), environment);
        });
        examples[rtmp] =
        [
            "quickwater bench rtmp --viewers 1000",
            "quickwater bench rtmp --viewers 200 --publishers 4 --kbps 2000 --duration 30 --url rtmp://127.0.0.1/live/load",
            "quickwater bench rtmp --viewers 100 --publishers 0 --url rtmp://127.0.0.1/live/demo",
        ];
        return new Command("bench", "Load generators.") { rtmp, RpcBenchCommand.Create(environment, examples) };
    }

    private static async Task<int> RunAsync(LoadOptions options, string[] settings, bool figures, CommandEnvironment environment)
    {
        if (options.Url.Length == 0 ? options.Publishers == 0 : !RtmpClientOptions.TryParse(options.Url, out _, out _, out _))
        {
            await environment.Error.WriteLineAsync(options.Url.Length == 0
                ? "quickwater: --publishers 0 plays what is there, so it needs a --url"
                : $"quickwater: {options.Url} is no stream's URL; allowed: rtmp://HOST[:PORT]/APP/STREAM[?key=KEY]");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        LoadServer? server = null;
        try
        {
            server = options.Url.Length == 0 ? await LoadServer.StartAsync("rtmp", settings) : null;
            using var run = new LoadRun(server is null ? options : options with { Url = $"rtmp://{server.Address}/live/load" }, server?.Process);
            var report = await run.RunAsync(signals.Drain);
            if (figures)
            {
                await environment.Out.WriteLineAsync(report.Figures);
            }
            else
            {
                report.Write(environment.Out);
            }

            return report.FramesMissing == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
        catch (IOException e) when (e is not OutputException)
        {
            await environment.Error.WriteLineAsync($"quickwater: the load failed: {e.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
