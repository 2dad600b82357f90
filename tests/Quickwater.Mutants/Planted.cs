namespace Quickwater.Core;

/// <summary>Which bug is planted: one at most, named by the application context's data <c>Quickwater.Mutant</c> before anything else runs.</summary>
internal static class Planted
{
    private const string Key = "Quickwater.Mutant";

    private static readonly string? s_name = AppContext.GetData(Key) as string;

    /// <summary>Sets it; once, and before anything of the engine runs.</summary>
    internal static void Choose(string name) => AppContext.SetData(Key, name);

    /// <summary>Whether it is this one.</summary>
    internal static bool Is(string name) => s_name == name;
}
