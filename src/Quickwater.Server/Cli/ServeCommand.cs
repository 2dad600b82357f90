using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary><c>quickwater serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var options = new ConfigurationOptions();
        var demo = new Option<bool>("--demo") { Description = $"Also publish a short clip as {Banner.DemoStream}, in a loop, and an audio station called {DemoTune.Station}; programs on this machine may publish without a key then." };
        var stations = new Option<string[]>("--station")
        {
            Description = "Serve an audio station: a file, a folder, a playlist, a named pipe, or - for standard input; may be given more than once.",
            HelpName = "NAME=SOURCE",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("serve", "Run the server until it is told to stop (SIGINT, SIGTERM; SIGHUP too, unless it runs as a service). Publishers need a stream key, which is made at the first start and printed; anyone may play.") { demo, stations };
        options.AddTo(command);
        command.SetAction((parse, _) => options.Load(parse, environment, parse.GetValue(stations)) is { } configuration
            ? RunAsync(configuration, parse.GetValue(demo), environment, () => options.Reload(parse, environment, parse.GetValue(stations)))
            : Task.FromResult(ExitCode.Usage));
        examples[command] =
        [
            "quickwater serve --demo",
            "quickwater serve --station speech=talk.wav --station music=/srv/music",
            "quickwater serve --config quickwater.yaml",
            "quickwater serve --set rtmp.listen=127.0.0.1:1935 --set log.format=json",
            "QUICKWATER__HTTP__LISTEN=127.0.0.1:9090 quickwater serve",
        ];
        return command;
    }

    private static async Task<int> RunAsync(
        EffectiveConfiguration values, bool demo, CommandEnvironment environment, Func<(EffectiveConfiguration Values, IReadOnlyList<ConfigurationProblem> Problems)> reload)
    {
        var configuration = ServerConfiguration.From(values);
        configuration = demo ? ForDemo(configuration, values) : configuration;
        if (demo && !configuration.Rtmp.Enabled)
        {
            await environment.Error.WriteLineAsync("quickwater: --demo publishes by RTMP, so rtmp.enabled must be true");
            return ExitCode.Usage;
        }

        try
        {
            await using var log = ServerLog.Open(configuration.Log, environment.Log, TimeProvider.System);
            var logger = log.Provider.CreateLogger("Quickwater.Server");
            StreamKeys? loaded = null;
            using var signals = new StopSignals(StopSignals.IsService(configuration.Log, environment) ? () => Reload(log, logger, loaded, reload) : null);
            LogSettings(logger, values);
            if (configuration.Rtmp.AnonymousPublishFromLoopback)
            {
                Log.LoopbackTrusted(logger);
            }

            var keys = loaded = StreamKeys.Load(configuration.Rtmp.PublishKeys, configuration.Data.Directory);
            await using var server = new QuickwaterServer(
                configuration, keys, log.Provider, TimeProvider.System, demo ? Banner.DemoStream : null);
            // Whoever is told to stop meanwhile starts first: a call that was read already is answered.
            if (await server.StartAsync(CancellationToken.None) is { } failure)
            {
                await environment.Error.WriteLineAsync($"quickwater: {failure}");
                return ExitCode.Failed;
            }

            WriteBanner(environment, server, configuration, keys, demo, logger);
            await ServeAsync(server, keys, demo, signals, log.Provider);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await environment.Error.WriteLineAsync($"quickwater: {e.Message}");
            return ExitCode.Failed;
        }
    }

    // Whoever started the server may have closed what the banner goes to: that is no reason not to serve.
    private static void WriteBanner(
        CommandEnvironment environment, QuickwaterServer server, ServerConfiguration configuration, StreamKeys keys, bool demo, ILogger log)
    {
        try
        {
            Banner.Write(environment.Out, server, configuration.Rtmp, keys, demo);
        }
        catch (OutputException e)
        {
            Log.BannerUnwritten(log, e.Message);
        }
    }

    // Certificates need no word: they are looked at as they are used.
    private static void Reload(
        ServerLog log, ILogger logger, StreamKeys? keys, Func<(EffectiveConfiguration Values, IReadOnlyList<ConfigurationProblem> Problems)> reload)
    {
        log.Reopen();
        Log.Reloading(logger, "SIGHUP");
        try
        {
            var (values, problems) = reload();
            if (problems.Count > 0)
            {
                Log.KeysUnusable(logger, string.Join("; ", problems));
            }
            else if (keys is not null && keys.Reload(values.Get(Settings.RtmpPublishKeys)))
            {
                Log.KeysChanged(logger, keys.Keys.Count);
            }
        }
        catch (Exception e) // it is the signal's thread: what gets out ends the process
        {
            Log.KeysUnusable(logger, FileFault.Is(e) ? e.Message : $"{e}");
        }
    }

    // The first minutes are for trying things out on one machine: no key is asked for there, unless the configuration says so.
    private static ServerConfiguration ForDemo(ServerConfiguration configuration, EffectiveConfiguration values)
    {
        var isSet = values.Origin(Settings.RtmpAnonymousPublishFromLoopback).Source != ConfigurationSource.Default;
        return WithDemoStation(isSet ? configuration : configuration with { Rtmp = configuration.Rtmp with { AnonymousPublishFromLoopback = true } });
    }

    private static ServerConfiguration WithDemoStation(ServerConfiguration configuration)
    {
        var stations = configuration.Audio.Stations.Items;
        return stations.Any(static station => station.Name == DemoTune.Station)
            ? configuration
            : configuration with
            {
                Audio = configuration.Audio with
                {
                    Stations = new StationConfigurations([.. stations, new StationConfiguration(DemoTune.Station, DemoTune.Source)]),
                },
            };
    }

    private static async Task ServeAsync(
        QuickwaterServer server, StreamKeys keys, bool demo, StopSignals signals, ILoggerProvider log)
    {
        var clip = demo && server.Rtmp is { } rtmp ? DemoClip.PublishAsync(rtmp, keys, log, signals.Drain) : Task.CompletedTask;
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (signals.Drain.Register(stop.SetResult))
        {
            await stop.Task;
        }

        await Task.WhenAll(server.StopAsync(signals.Now), clip);
    }

    // All values in a line a section, and each that is no default with where it comes from.
    private static void LogSettings(ILogger log, EffectiveConfiguration values)
    {
        foreach (var section in Settings.All.GroupBy(static setting => setting.Key[..setting.Key.IndexOf('.', StringComparison.Ordinal)], StringComparer.Ordinal))
        {
            Log.EffectiveSettings(log, section.Key, string.Join(", ", section.Select(setting => $"{setting.Key[(section.Key.Length + 1)..]}={Text(setting)}")));
        }

        foreach (var setting in Settings.All)
        {
            var origin = values.Origin(setting);
            if (origin.Source != ConfigurationSource.Default)
            {
                Log.Setting(log, LogLevel.Information, setting.Key, Text(setting), origin.ToString());
            }
        }

        string Text(Setting setting)
        {
            var texts = setting.Write(values.Value(setting));
            return setting.Secret ? $"({texts.Count} hidden)" : string.Join(' ', texts);
        }
    }
}
