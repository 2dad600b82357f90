using Xunit;

namespace Quickwater.Testing;

/// <summary>A fact that takes long: it runs in <c>./test --full</c> only (<c>QUICKWATER_FULL=1</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FullFactAttribute : FactAttribute
{
    /// <summary>The skip reason of a long test in a short run. The report of <c>./test</c> knows it by this text
    /// and does not count such a test: it is no part of that run.</summary>
    public const string NotInThisRun = "a long test: it runs in ./test --full";

    /// <summary>A long fact that needs these programs, if any.</summary>
    /// <param name="programs">Programs such as "ffmpeg", "chromium".</param>
    public FullFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = Tools.Full ? Tools.MissingReason(programs) : NotInThisRun;
    }

    /// <summary>The programs this test needs.</summary>
    public IReadOnlyList<string> Programs { get; }
}
