using System.CommandLine;
using Quickwater.Media;
using Quickwater.Sim;

namespace Quickwater.Server;

/// <summary><c>quickwater sim</c>: the deterministic simulator.</summary>
internal static class SimVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandEnvironment environment, IDictionary<Command, string[]> examples)
    {
        var scenario = new Argument<string>("SCENARIO")
        {
            Description = "The scenario, or all.",
            DefaultValueFactory = _ => "all",
        };
        var seeds = NumberOption.Create("--seeds", "How many seeds to run.", "N", 1, int.MaxValue);
        var seed = NumberOption.Create("--seed", "Replay this seed alone.", "S", ulong.MinValue, ulong.MaxValue);
        var first = NumberOption.Create("--first", "Begin with this seed instead of the first.", "S", ulong.MinValue, ulong.MaxValue);
        var stop = new Option<bool>("--stop") { Description = "Stop at the first seed that fails." };
        var command = new Command("sim", "Run the server's code in simulated time on a faulty simulated network, seed by seed.")
        {
            scenario, seeds, seed, first, stop,
        };
        command.SetAction(parse =>
        {
            List<string> arguments = [parse.GetValue(scenario) ?? "all"];
            if (parse.GetValue(seeds) is { } count)
            {
                arguments.AddRange(["--seeds", $"{count}"]);
            }

            if (parse.GetValue(seed) is { } one)
            {
                arguments.AddRange(["--seed", $"{one}"]);
            }

            if (parse.GetValue(first) is { } begin)
            {
                arguments.AddRange(["--first", $"{begin}"]);
            }

            if (parse.GetValue(stop))
            {
                arguments.Add("--stop");
            }

            return SimCommand.Run(arguments, environment.Out);
        });
        examples[command] = ["quickwater sim", "quickwater sim echo --seeds 1000", "quickwater sim echo --seed 42"];
        return command;
    }
}
