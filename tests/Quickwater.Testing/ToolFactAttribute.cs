using Xunit;

namespace Quickwater.Testing;

/// <summary>A fact that needs programs on PATH. Without them it is skipped and says which are missing; in CI it fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    /// <summary>A fact that needs these programs.</summary>
    /// <param name="programs">Programs such as "ffmpeg", "chromium", "node".</param>
    public ToolFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = Tools.MissingReason(programs);
    }

    /// <summary>The programs this test needs.</summary>
    public IReadOnlyList<string> Programs { get; }
}
