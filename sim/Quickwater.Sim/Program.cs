#pragma warning disable RS0030 // the simulator's own command line: the one place here that speaks to people
using Quickwater.Sim;

// Before anything of the engine runs: it reads this once.
var mutant = Environment.GetEnvironmentVariable("QUICKWATER_MUTANT") ?? "";
AppContext.SetData("Quickwater.Mutant", mutant);
if (mutant.Length > 0 && !SimRunner.Mutants.Contains(mutant, StringComparer.Ordinal))
{
    Console.Out.WriteLine($"QUICKWATER_MUTANT is {mutant}; there are: {string.Join(", ", SimRunner.Mutants)}");
    return 2;
}

return SimCommand.Run(args, Console.Out);
