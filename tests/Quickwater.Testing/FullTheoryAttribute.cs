using Xunit;

namespace Quickwater.Testing;

/// <summary>A theory that takes long: it runs in <c>./test --full</c> only (<c>QUICKWATER_FULL=1</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FullTheoryAttribute : TheoryAttribute
{
    /// <summary>A long theory that needs these programs, if any.</summary>
    /// <param name="programs">Programs such as "ffmpeg", "chromium".</param>
    public FullTheoryAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = Tools.Full ? Tools.MissingReason(programs) : FullFactAttribute.NotInThisRun;
    }

    /// <summary>The programs this test needs.</summary>
    public IReadOnlyList<string> Programs { get; }
}
