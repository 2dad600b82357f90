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
        Assert.Equal(Tracing.Render(RequirementsDocument.Met(Tracing.Document)), Tracing.Document);

    [Fact]
    public void The_catalogue_is_read_whole() =>
        Assert.Equal((42, 17, 157, 112), (Count("AUD-"), Count("RPC-"), Count("RTMP-"), Count("NET-")));

    [Fact]
    [Requirement("RPC-13")]
    public void Every_requirement_of_RPC_has_a_test_and_its_library_is_held_to_full_coverage()
    {
        var shown = Tracing.Tests.SelectMany(test => test.Ids).ToHashSet(StringComparer.Ordinal);
        Tidy.Holds("Without a test:", Enumerable.Range(1, 17).Select(number => $"RPC-{number}").Where(id => !shown.Contains(id)));

        // ./test runs the library's tests with these settings, and one line or branch that they do not reach fails it.
        Assert.Contains("[Quickwater.Rpc]*", Repository.Read("tests/Quickwater.Rpc.Tests/coverage.runsettings"), StringComparison.Ordinal);
        var script = Repository.Read("test");
        Assert.Contains("then check_coverage \"$name\"", script, StringComparison.Ordinal);
        Assert.Contains("'<coverage line-rate=\"1\" branch-rate=\"1\"') step", script, StringComparison.Ordinal);
    }

    // What RPC-14 names, each part with the test that shows it: a part whose test loses the id is open again.
    [Theory]
    [InlineData("pipelining", "RpcRoundTripTests.A_typed_method_that_is_a_task_answers_its_callers_many_at_once")]
    [InlineData("cancellation", "RpcRoundTripTests.Cancellation_reaches_the_method")]
    [InlineData("deadlines", "ExtensionTests.A_deadline_and_a_trace_reach_the_method")]
    [InlineData("in-flight caps", "LimitTests.At_its_bound_of_calls_a_connection_is_not_read_and_goes_on_when_there_is_room")]
    [InlineData("in-flight caps of a client", "ClientTests.It_keeps_the_servers_bound_and_its_own")]
    [InlineData("errors as values", "RpcRoundTripTests.Errors_are_values_and_say_whether_the_method_may_have_run")]
    [InlineData("streaming results", "RpcRoundTripTests.A_stream_gives_all_its_items_to_a_reader_with_little_credit")]
    [InlineData("TLS", "TlsTests.A_method_sees_whose_certificate_its_caller_has")]
    [InlineData("authentication", "AuthenticationTests.Nothing_runs_before_the_caller_has_authenticated_and_then_methods_see_its_name")]
    [InlineData("command-line caller", "RpcCommandTests.Call_prints_the_result")]
    [InlineData("typed handlers and clients by source generation", "GeneratedServiceTests.A_generated_client_calls_a_generated_stub_in_every_shape")]
    [InlineData("trace context", "RpcAuthenticationTests.The_trace_of_the_callers_activity_reaches_the_method_beside_its_name")]
    public void Every_part_of_RPC_14_has_its_test(string part, string test)
    {
        Assert.NotEmpty(part);
        Assert.Contains("RPC-14", Tracing.Tests.Where(one => one.Name == test).SelectMany(one => one.Ids));
    }

    private static int Count(string prefix) => Tracing.Catalogue.Count(item => item.Id.StartsWith(prefix, StringComparison.Ordinal));
}
