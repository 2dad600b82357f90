using System.Globalization;
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

    internal static ulong First { get; } = Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The base that was given, or a new one.</summary>
    internal static ulong Choose(string? given) =>
        ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : (ulong)RandomNumberGenerator.GetInt32(FirstMin, int.MaxValue);
}
