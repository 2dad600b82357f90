using System.CommandLine;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rtmp;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater play</c>.</summary>
internal static class PlayCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var url = new Argument<string>("URL") { Description = "What to play: rtmp://HOST[:PORT]/APP/STREAM." };
        var output = OutputOption.Create("FLV");
        var duration = DurationOption.Create();
        var reconnect = ReconnectOption.Create("Play on when the server or the publisher goes away, until stopped.");
        var command = new Command("play", "Play a stream of an RTMP server: count it, or write it as FLV.") { url, output, duration, reconnect };
        command.SetAction((parse, _) => RunAsync(
            parse.GetRequiredValue(url), parse.GetValue(output), parse.GetValue(duration), parse.GetValue(reconnect), environment));
        examples[command] =
        [
            "quickwater play rtmp://127.0.0.1/live/demo --duration 10",
            "quickwater play rtmp://127.0.0.1/live/demo -o demo.flv",
            "quickwater play rtmp://127.0.0.1/live/demo -o demo.flv --reconnect --duration 3600",
            "quickwater play rtmp://127.0.0.1/live/demo -o - | ffplay -",
        ];
        return command;
    }

    private static async Task<int> RunAsync(string url, string? output, double? seconds, bool reconnect, CommandEnvironment environment)
    {
        if (!RtmpClientOptions.TryParse(url, out var host, out var port, out _))
        {
            await environment.Error.WriteLineAsync($"quickwater: {url} is no stream's URL; allowed: rtmp://HOST[:PORT]/APP/STREAM");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        using var late = DurationOption.Start(seconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Drain, late.Token);
        using var player = new FlvPlayer(OutputOption.Open(output, stop.Token));
        var options = new RtmpPlayerOptions
        {
            EndWithStream = !reconnect,
            Reconnect = reconnect ? new BackoffOptions() : null,
            Retrying = ReconnectOption.Tell(player.Received, environment),
        };
        var result = await ProgressDisplay.ShowAsync(
            $"play {url}", "waiting for the stream to begin", player.Received, player.RunAsync(url, options, stop.Token), environment);
        if (result.Why is Reason.StreamEnded or Reason.Cancelled && player.Received.Frames > 0)
        {
            return ExitCode.Ok;
        }

        var text = result.Why == Reason.Cancelled ? "nothing came" : result.ToString();
        await environment.Error.WriteLineAsync($"quickwater: playing from {host}:{port} failed: {text}");
        return ExitCode.Failed;
    }
}
