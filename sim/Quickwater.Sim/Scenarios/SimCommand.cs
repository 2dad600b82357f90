namespace Quickwater.Sim;

/// <summary>The command line of the simulator, for the executable's verb <c>sim</c> and for this project's own.</summary>
public static class SimCommand
{
    private const string Usage = """
        usage: sim [SCENARIO|all] [--seeds N] [--first N] [--seed N] [--stop]
          --seeds N   how many seeds to run (default: the number that every change is tried with)
          --first N   the first of them (default 1)
          --seed N    replay one seed
          --stop      stop at the first that fails
        """;

    /// <summary>Runs it. 0: every promise was kept; 1: one was broken; 2: the arguments are wrong.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        if (!TryParse(arguments, out var scenarios, out var first, out var count, out var stop))
        {
            output.WriteLine(Usage);
            foreach (var scenario in Scenario.All)
            {
                output.WriteLine($"  {scenario.Name,-10} {scenario.Description}");
            }

            return 2;
        }

        var exit = 0;
        foreach (var scenario in scenarios)
        {
            exit |= SimRunner.Run(scenario, first, count ?? scenario.SeedsInCi, stop, output).ExitCode;
        }

        return exit;
    }

    private static bool TryParse(
        IReadOnlyList<string> arguments, out IReadOnlyList<Scenario> scenarios, out ulong first, out int? count, out bool stop)
    {
        (scenarios, first, count, stop) = (Scenario.All, 1, null, false);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--seeds" when int.TryParse(value, out var seeds) && seeds > 0:
                    (count, i) = (seeds, i + 1);
                    break;
                case "--first" when ulong.TryParse(value, out first):
                    i++;
                    break;
                case "--seed" when ulong.TryParse(value, out first):
                    (count, i) = (1, i + 1);
                    break;
                case "--stop":
                    stop = true;
                    break;
                case "all":
                    break;
                default:
                    scenarios = [.. Scenario.All.Where(scenario => scenario.Name == arguments[i])];
                    if (scenarios.Count == 0)
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }
}
