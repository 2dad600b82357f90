using Quickwater.Core;
using Quickwater.Sim;

// Before anything of the engine runs: it reads this once.
var mutant = Environment.GetEnvironmentVariable("QUICKWATER_MUTANT") ?? "";
Planted.Choose(mutant);
string[] planted = [.. Mutants.Names, .. Quickwater.Rpc.RpcMutants.Names];
if (mutant.Length > 0 && !planted.Contains(mutant, StringComparer.Ordinal))
{
    Console.Out.WriteLine($"QUICKWATER_MUTANT is {mutant}; there are: {string.Join(", ", planted)}");
    return 2;
}

return SimCommand.Run(args, Console.Out);
