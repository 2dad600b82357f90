using System.CommandLine;
using Quickwater.Client;
using Quickwater.Core;
using Quickwater.Rtmp;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater publish</c>.</summary>
internal static class PublishCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var file = new Argument<string>("FILE") { Description = "An FLV file." };
        var url = new Argument<string>("URL") { Description = "Where to: rtmp://HOST[:PORT]/APP/STREAM[?key=KEY]." };
        var loop = new Option<bool>("--loop") { Description = "Begin again at the end, with timestamps that go on." };
        var reconnect = ReconnectOption.Create("Connect again when the connection is lost, until stopped; the file goes on from where it was.");
        var command = new Command("publish", "Publish an FLV file to an RTMP server, at the pace of its timestamps.") { file, url, loop, reconnect };
        command.SetAction((parse, _) => RunAsync(
            parse.GetRequiredValue(file), parse.GetRequiredValue(url), parse.GetValue(loop), parse.GetValue(reconnect), environment));
        examples[command] =
        [
            "quickwater publish clip.flv rtmp://127.0.0.1/live/clip",
            "quickwater publish clip.flv \"rtmp://media.example/live/clip?key=KEY\" --loop --reconnect",
        ];
        return command;
    }

    private static async Task<int> RunAsync(string file, string url, bool loop, bool reconnect, CommandEnvironment environment)
    {
        if (!RtmpClientOptions.TryParse(url, out var host, out var port, out _))
        {
            await environment.Error.WriteLineAsync($"quickwater: {url} is no stream's URL; allowed: rtmp://HOST[:PORT]/APP/STREAM[?key=KEY]");
            return ExitCode.Usage;
        }

        if (!File.Exists(file))
        {
            await environment.Error.WriteLineAsync($"quickwater: there is no file {file}");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        var publisher = new FlvPublisher(() => File.OpenRead(file), loop, TimeProvider.System);
        var options = new RtmpPublisherOptions
        {
            Reconnect = reconnect ? new BackoffOptions() : null,
            Retrying = ReconnectOption.Tell(publisher.Sent, environment),
        };
        var result = await ProgressDisplay.ShowAsync(
            $"publish {file}", "waiting for the server", publisher.Sent, publisher.RunAsync(url, options, signals.Drain), environment);
        if (result.Why is Reason.Completed or Reason.Cancelled && publisher.FileFailure is null)
        {
            return ExitCode.Ok;
        }

        await environment.Error.WriteLineAsync(publisher.FileFailure is { } text
            ? $"quickwater: {file} cannot be published: {text}"
            : $"quickwater: publishing to {host}:{port} failed: {result}");
        return ExitCode.Failed;
    }
}
