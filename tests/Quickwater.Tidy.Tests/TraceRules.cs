using Quickwater.Testing;
using Quickwater.Trace;
using Xunit;

namespace Quickwater.Tidy.Tests;

public sealed class TraceRules
{
    private static readonly Tracing Tracing = Tracing.Read();

    [Fact]
    public void Every_id_that_a_test_carries_is_in_the_catalogue() => Tidy.Holds("Unknown ids:", Tracing.UnknownIds);

    [Fact]
    public void The_requirements_document_lists_the_tests_that_exist() =>
        Assert.Equal(Tracing.Render(Tracing.StillMet), Tracing.Document);

    [Fact]
    public void The_catalogue_is_read_whole() =>
        Assert.Equal((43, 17, 158, 114, 38), (Count("AUD-"), Count("RPC-"), Count("RTMP-"), Count("NET-"), Count("MED-")));

    [Fact]
    [Requirement("RPC-13/tests")]
    public void Every_requirement_of_RPC_has_a_test_and_its_library_is_held_to_full_coverage()
    {
        var shown = Tracing.Tests.SelectMany(test => test.Ids).ToHashSet(StringComparer.Ordinal);
        Tidy.Holds("Without a test:", Enumerable.Range(1, 17).Select(number => $"RPC-{number}").Where(id => !shown.Contains(id)));

        // ./test runs the library's tests with these settings, and one line or branch that they do not reach fails it.
        Assert.Contains("[Quickwater.Rpc]*", Repository.Read("tests/Quickwater.Rpc.Tests/coverage.runsettings"), StringComparison.Ordinal);
        var script = Repository.Read("test");
        Assert.Contains("then check_coverage \"$name\"", script, StringComparison.Ordinal);
        Assert.Contains("'<coverage line-rate=\"1\" branch-rate=\"1\"') step", script, StringComparison.Ordinal);
        Assert.Contains(TestSources.ScanSteps([script]), step => step.Marks is ["RPC-13/coverage"] && step.Method == "Quickwater.Rpc is covered whole: every line and branch");
    }

    private static int Count(string prefix) => Tracing.Catalogue.Count(item => item.Id.StartsWith(prefix, StringComparison.Ordinal));
}
