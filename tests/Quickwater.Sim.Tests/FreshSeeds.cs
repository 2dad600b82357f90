using System.Security.Cryptography;

namespace Quickwater.Sim.Tests;

/// <summary>Where the seeds of a long run begin: somewhere else each time. The variable QUICKWATER_SIM_BASE, which <c>./test --full</c> draws and prints, repeats one.</summary>
internal static class FreshSeeds
{
    internal const string Variable = "QUICKWATER_SIM_BASE";

    /// <summary>How many of each scenario a long run tries, as a multiple of what every change is tried with.</summary>
    internal const int Times = 4;

    // Behind the seeds that every change is tried with, and short enough to be typed.
    private const int FirstMin = 1_000_000;

    // Lazy, so that what is wrong with the variable is said as it is and not as the fault of a type's initializer.
    private static readonly Lazy<ulong> s_first = new(static () => Choose(Environment.GetEnvironmentVariable(Variable)));

    internal static ulong First => s_first.Value;

    /// <summary>The base that was given, or a new one.</summary>
    /// <exception cref="FormatException">What was given is no base.</exception>
    internal static ulong Choose(string? given) =>
        SeedVariable.Parse(Variable, given) ?? (ulong)RandomNumberGenerator.GetInt32(FirstMin, int.MaxValue);
}
