using System.CommandLine;
using System.Globalization;
using Quickwater.Audio;
using Quickwater.Client;
using Quickwater.Core;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater listen</c>.</summary>
internal static class ListenCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var address = new Argument<string>("ADDRESS") { Description = "What to listen to: HOST[:PORT]/STATION. With --list HOST[:PORT] is enough." };
        var output = OutputOption.Create("WAV");
        var duration = DurationOption.Create();
        var reconnect = ReconnectOption.Create("Listen on when the server goes away and comes back, until stopped.");
        var list = new Option<bool>("--list") { Description = "List the server's stations and end." };
        var command = new Command("listen", "Listen to a station of an audio server: count it, or write it as WAV.") { address, output, duration, reconnect, list };
        command.SetAction((parse, _) => RunAsync(
            parse.GetRequiredValue(address), parse.GetValue(list), parse.GetValue(output), parse.GetValue(duration), parse.GetValue(reconnect), environment));
        examples[command] =
        [
            "quickwater listen 127.0.0.1:7000 --list",
            "quickwater listen 127.0.0.1:7000/speech --duration 10",
            "quickwater listen 127.0.0.1:7000/speech -o speech.wav --reconnect",
            "quickwater listen 127.0.0.1:7000/speech -o - | ffplay -",
        ];
        return command;
    }

    private static async Task<int> RunAsync(
        string address, bool list, string? output, double? seconds, bool reconnect, CommandEnvironment environment)
    {
        if (!AudioClientOptions.TryParse(address, out _, out _, out var station) || station is null)
        {
            await environment.Error.WriteLineAsync($"quickwater: {address} is no station's address; allowed: HOST[:PORT]/STATION");
            return ExitCode.Usage;
        }

        if (!list && station.Station.Length == 0)
        {
            await environment.Error.WriteLineAsync($"quickwater: {address} names no station; allowed: HOST[:PORT]/STATION; --list shows which there are");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        using var late = DurationOption.Start(seconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Drain, late.Token);
        try
        {
            return list
                ? await ListAsync(address, environment, stop.Token)
                : await ListenAsync(address, output, reconnect, environment, stop.Token);
        }
        catch (IOException e) when (e is not OutputException)
        {
            await environment.Error.WriteLineAsync($"quickwater: {PeerText.Printable(e.Message)}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> ListenAsync(
        string address, string? output, bool reconnect, CommandEnvironment environment, CancellationToken stop)
    {
        using var recorder = new WavRecorder(OutputOption.Open(output, stop));
        var options = new AudioListenerOptions
        {
            Agent = "quickwater listen",
            Reconnect = reconnect ? new BackoffOptions() : null,
            Retrying = ReconnectOption.Tell(recorder.Received, environment),
            Noticed = notice => environment.Error.WriteLine($"quickwater: {Text(notice)}"),
        };
        var result = await ProgressDisplay.ShowAsync(
            $"listen {address}", "nothing is heard yet", recorder.Received, recorder.RunAsync(address, options, stop), environment);
        if (result.Why is Reason.StreamEnded or Reason.Cancelled && recorder.Received.Chunks > 0)
        {
            return ExitCode.Ok;
        }

        var text = result.Why is Reason.Cancelled or Reason.StreamEnded ? "nothing came" : result.ToString();
        await environment.Error.WriteLineAsync($"quickwater: listening to {address} failed: {text}");
        return ExitCode.Failed;
    }

    private static async Task<int> ListAsync(string address, CommandEnvironment environment, CancellationToken stop)
    {
        try
        {
            foreach (var station in await AudioListener.ListAsync(address[..(address + "/").IndexOf('/', StringComparison.Ordinal)], null, stop))
            {
                var format = station.Format.IsValid ? station.Format.ToString() : "-";
                await environment.Out.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{PeerText.Printable(station.Name)}\t{(station.IsLive ? "live" : "off air")}\t{format}\t{station.Listeners} listeners\t{PeerText.Printable(station.Title)}"));
            }

            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await environment.Error.WriteLineAsync($"quickwater: listing {address} failed: no answer came");
            return ExitCode.Failed;
        }
    }

    private static string Text(in Notice notice) => notice.Kind switch
    {
        NoticeKind.Throttled => string.Create(CultureInfo.InvariantCulture, $"the server says that we lag by {notice.Milliseconds} ms"),
        NoticeKind.Skipped => string.Create(CultureInfo.InvariantCulture, $"{notice.Milliseconds} ms are missing: {notice.Why.Text()} [{notice.Why.Tag()}]"),
        NoticeKind.Draining => "the server is going down",
        NoticeKind.Closing => $"the server ends the connection: {notice.Why.Text()} [{notice.Why.Tag()}]",
        NoticeKind.OffAir => $"the station is off the air: {notice.Why.Text()} [{notice.Why.Tag()}]",
        NoticeKind.OnAir => "the station is on the air again",
        _ => string.Create(CultureInfo.InvariantCulture, $"the server gave notice {(byte)notice.Kind}"),
    };
}
