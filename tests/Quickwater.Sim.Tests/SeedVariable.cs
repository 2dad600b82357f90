using System.Globalization;

namespace Quickwater.Sim.Tests;

/// <summary>A seed that whoever starts the tests may give in a variable of the environment.</summary>
internal static class SeedVariable
{
    /// <summary>The seed; null when none is given.</summary>
    /// <exception cref="FormatException">Something else is given: a run with other seeds would look like the one that was asked for.</exception>
    internal static ulong? Parse(string variable, string? given) =>
        string.IsNullOrEmpty(given) ? null
        : ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new FormatException($"{variable} is \"{given}\"; it takes a whole number from 0 to {ulong.MaxValue}, in digits.");

    /// <summary>The same, of the environment.</summary>
    internal static ulong? Read(string variable) => Parse(variable, Environment.GetEnvironmentVariable(variable));
}
