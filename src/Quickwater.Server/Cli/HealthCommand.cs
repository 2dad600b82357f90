using System.CommandLine;
using System.Net;
using Command = System.CommandLine.Command;

namespace Quickwater.Server;

/// <summary><c>quickwater health</c>.</summary>
internal static class HealthCommand
{
    private const string Path = "/healthz";

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var url = new Argument<string?>("URL")
        {
            Description = "Whom to ask, http://HOST:PORT. Without it, the server that the configuration describes, on this machine.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var timeout = NumberOption.Create("--timeout", "Seconds to wait for the answer.", 5, 1, 3600);
        var options = new ConfigurationOptions();
        var command = new Command("health", "Ask a server whether it is well: 0 when it is, 1 when it is not or does not answer.") { url, timeout };
        options.AddTo(command);
        command.SetAction(async (parse, cancel) =>
        {
            if (parse.GetValue(url) is { } text)
            {
                return Uri.TryCreate(text, UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
                    ? await AskAsync(new Uri(given, Path), parse.GetValue(timeout), environment, cancel)
                    : await WrongAsync($"{text} is no server's address; allowed: http://HOST:PORT", environment);
            }

            return options.Load(parse, environment) is not { } configuration ? ExitCode.Usage
                : Address(configuration) is { } listener ? await AskAsync(new Uri($"http://{Banner.Reach(listener)}{Path}"), parse.GetValue(timeout), environment, cancel)
                : await WrongAsync("neither http nor admin listens at a fixed port in this configuration: give a URL", environment);
        });
        examples[command] = ["quickwater health", "quickwater health http://127.0.0.1:8080", "quickwater health --config quickwater.yaml --timeout 2"];
        return command;
    }

    private static IPEndPoint? Address(EffectiveConfiguration values) =>
        values.Get(Settings.AdminEnabled) && values.Get(Settings.AdminListen) is { Port: > 0 } admin ? admin
        : values.Get(Settings.HttpEnabled) && values.Get(Settings.HttpListen) is { Port: > 0 } http ? http
        : null;

    private static async Task<int> AskAsync(Uri address, int seconds, CommandEnvironment environment, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(seconds), MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            using var response = await client.GetAsync(address, cancel);
            await environment.Out.WriteLineAsync(CallCommand.Line(await response.Content.ReadAsByteArrayAsync(cancel)));
            return response.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await environment.Error.WriteLineAsync($"quickwater: {address} does not answer: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> WrongAsync(string text, CommandEnvironment environment)
    {
        await environment.Error.WriteLineAsync($"quickwater: {text}");
        return ExitCode.Usage;
    }
}
