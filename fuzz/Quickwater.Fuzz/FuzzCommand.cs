namespace Quickwater.Fuzz;

/// <summary>The command line of the fuzzer.</summary>
internal static class FuzzCommand
{
    private const string Usage = """
        usage: dotnet run -c Release --project fuzz/Quickwater.Fuzz -- [TARGET|all] [--count N] [--first N] [--seed N]
          --count N   how many inputs for each target (default: what every change is tried with)
          --first N   the seed of the first (default 1)
          --seed N    replay one input
        """;

    /// <summary>Runs it. 0: nothing was found; 1: something was; 2: the arguments are wrong.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        var all = FuzzTarget.CreateAll();
        if (!TryParse(arguments, all, out var chosen, out var first, out var count))
        {
            output.WriteLine(Usage);
            foreach (var target in all)
            {
                output.WriteLine($"  {target.Name,-22} {target.Description}");
            }

            return 2;
        }

        var exit = 0;
        foreach (var target in chosen)
        {
            var report = FuzzRunner.Run(target, first, count ?? target.InputsInCi);
            output.WriteLine(report);
            exit = report.Failure is null ? exit : 1;
        }

        return exit;
    }

    private static bool TryParse(
        IReadOnlyList<string> arguments, IReadOnlyList<FuzzTarget> all, out IReadOnlyList<FuzzTarget> chosen, out ulong first, out long? count)
    {
        (chosen, first, count) = (all, 1, null);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--count" when long.TryParse(value, out var inputs) && inputs > 0:
                    (count, i) = (inputs, i + 1);
                    break;
                case "--first" when ulong.TryParse(value, out first):
                    i++;
                    break;
                case "--seed" when ulong.TryParse(value, out first):
                    (count, i) = (1, i + 1);
                    break;
                case "all":
                    break;
                default:
                    chosen = [.. all.Where(target => target.Name == arguments[i])];
                    if (chosen.Count == 0)
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }
}
