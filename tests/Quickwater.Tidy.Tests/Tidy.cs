using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>How a rule reports: every breach at once, each with its place.</summary>
internal static class Tidy
{
    public static void Holds(string rule, IEnumerable<string> breaches)
    {
        var all = breaches.Order(StringComparer.Ordinal).ToArray();
        Assert.True(all.Length == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }
}
