using Quickwater.Testing;
using Quickwater.Trace;
using Xunit;

namespace Quickwater.Tidy.Tests;

/// <summary>The trace tells what is met; nothing else checks it, so its own rules are tested here.</summary>
public sealed class TraceTests
{
    private const string Sources = """
        namespace Some.Tests;
        [Requirement("RPC-1")]
        public abstract class Conformance
        {
            [Fact, Requirement("RPC-2", "RPC-3")] public void Inherited_one_runs_in_each() { }
            [Fact] public void Plain_one_has_the_ids_of_its_class() { }
            [Requirement("RPC-9")] public void NotATest() { }
        }
        public sealed class TcpConformance : Conformance;
        public sealed class Outer
        {
            public sealed class Inner { [Theory, InlineData(1), Requirement("RPC-4")] public void A_theory(int x) { } }
        }
        """;

    private static readonly Requirement[] Catalogue =
    [
        new("RPC-1", "RPC: calls", "", "one"),
        new("RPC-2", "RPC: calls", "", "two"),
        new("RPC-3", "RPC: calls", "", "both ends hear of it") { Clauses = [new("caller", "the caller hears of it"), new("server", "the server hears of it")] },
    ];

    [Fact]
    public void Ids_come_from_methods_classes_and_bases()
    {
        var tests = TestSources.Scan([Sources]);

        Assert.Equal(
            ["Some.Tests.Outer+Inner A_theory RPC-4",
                "Some.Tests.TcpConformance Inherited_one_runs_in_each RPC-1,RPC-2,RPC-3",
                "Some.Tests.TcpConformance Plain_one_has_the_ids_of_its_class RPC-1"],
            tests.Select(static test => $"{test.Class} {test.Method} {string.Join(',', test.Ids.Order(StringComparer.Ordinal))}"),
            StringComparer.Ordinal);
    }

    [Fact]
    public void A_step_of_the_script_carries_the_ids_that_a_comment_gives_it_and_counts_as_a_test_does()
    {
        const string name = "all is covered: every line";
        var step = Assert.Single(TestSources.ScanSteps([$"#!/bin/sh\n# requirement: RPC-1 {name}\n", $"  *) step \"{name}\" passed ;;\n"]));
        Assert.Equal(($"./test: {name}", "RPC-1"), (step.Name, Assert.Single(step.Ids)));
        TestResult[] run = [new(step.Class, step.Method, name, TestOutcome.Failed, "")];
        Assert.Empty(RequirementsDocument.MetAfter(Catalogue, [step], run, new HashSet<string>(["RPC-1"], StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("web: it is checked", "step \"web: it is checked\" passed")]
    [InlineData("Some.Rpc is covered whole", "  ok) step \"${name%.Tests} is covered whole\" passed ;;")]
    [InlineData("Some.Rpc is covered whole", "step \"$name is covered whole\" passed")]
    public void A_step_is_found_by_its_name_in_which_the_shell_may_put_a_word(string name, string line) =>
        Assert.Equal(name, Assert.Single(TestSources.ScanSteps([$"# requirement: RPC-1 {name}\n{line}\n"])).Method);

    [Theory]
    [InlineData("step \"all is covred\" passed")]
    [InlineData("step \"all is covered: every line\" passed")]
    [InlineData("step \"all is covered\" failed")]
    [InlineData("# step \"all is covered\" passed")]
    [InlineData("")]
    public void An_id_at_a_step_that_does_not_exist_is_refused(string line) =>
        Assert.Contains("all is covered", Assert.Throws<FormatException>(() => TestSources.ScanSteps([$"# requirement: RPC-1 all is covered\n{line}\n"])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_id_that_is_no_literal_is_refused() =>
        Assert.Throws<FormatException>(() => TestSources.Scan(["class T { [Fact, Requirement(Ids.One)] public void A_b() { } }"]));

    [Theory]
    [InlineData(TestOutcome.Passed, false, true)]
    [InlineData(TestOutcome.Failed, true, false)]
    [InlineData(TestOutcome.Skipped, true, true)]
    [InlineData(TestOutcome.Skipped, false, false)]
    public void A_requirement_is_met_when_its_test_passed_and_keeps_its_state_when_it_did_not_run(TestOutcome outcome, bool before, bool after) =>
        Assert.Equal(after, IsMet("RPC-1", before, [("M", "RPC-1", outcome)]));

    [Theory]
    [InlineData(TestOutcome.Passed, false, true)]
    [InlineData(TestOutcome.Failed, true, false)]
    [InlineData(TestOutcome.Skipped, true, true)]
    [InlineData(TestOutcome.Skipped, false, false)]
    public void Every_test_that_carries_an_id_counts(TestOutcome second, bool before, bool after) =>
        Assert.Equal(after, IsMet("RPC-1", before, [("M", "RPC-1", TestOutcome.Passed), ("N", "RPC-1", second)]));

    [Fact]
    public void A_requirement_with_clauses_is_met_when_each_has_a_test()
    {
        Assert.False(IsMet("RPC-3", before: true, [("M", "RPC-3/caller", TestOutcome.Passed)]));
        Assert.False(IsMet("RPC-3", before: true, [("M", "RPC-3/caller", TestOutcome.Passed), ("N", "RPC-3", TestOutcome.Passed)]));
        Assert.True(IsMet("RPC-3", before: false, [("M", "RPC-3/caller", TestOutcome.Passed), ("N", "RPC-3/server", TestOutcome.Passed)]));
        Assert.False(IsMet("RPC-3", before: true, [("M", "RPC-3/caller", TestOutcome.Passed), ("N", "RPC-3/server", TestOutcome.Failed)]));
    }

    [Fact]
    public void One_failed_case_fails_a_theory() =>
        Assert.False(IsMet("RPC-1", before: true, [("M", "RPC-1", TestOutcome.Passed), ("M", "RPC-1", TestOutcome.Failed)]));

    [Fact]
    public void The_document_lists_the_tests_of_each_clause_and_the_clauses_without_one()
    {
        var document = RequirementsDocument.Render(
            Catalogue, [new("Some.Tests.C", "It_holds", ["RPC-3/caller"])], new HashSet<string>(StringComparer.Ordinal));

        Assert.Contains("  - *caller*: the caller hears of it\n    - `C.It_holds`\n  - *server*: the server hears of it\n", document, StringComparison.Ordinal);
        Assert.Contains("## Clauses without a test\n\n- RPC-3/server: the server hears of it\n", document, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_reads_back_what_it_says_is_met()
    {
        var met = new HashSet<string>(["RPC-2"], StringComparer.Ordinal);

        var document = RequirementsDocument.Render(Catalogue, [new("Some.Tests.C", "It_holds", ["RPC-2"])], met);

        Assert.Equal(met, RequirementsDocument.Met(document));
        Assert.Contains("| RPC: calls | 1 | 3 |", document, StringComparison.Ordinal);
        Assert.Contains("- **RPC-2** met: two\n  - `C.It_holds`\n", document, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_reported_by_name_and_the_last_line_counts()
    {
        TestResult[] run =
        [
            new("C", "A", "C.A", TestOutcome.Passed, ""),
            new("C", "B", "C.B", TestOutcome.Failed, "it broke"),
            new("C", "D", "C.D", TestOutcome.Skipped, "this machine has no ffmpeg"),
        ];

        Assert.Equal((1, "FAILED C.B", "1 passed, 1 failed, 1 skipped"), Print(run, skipsFail: false));
        Assert.Equal((1, "FAILED C.B", "1 passed, 2 failed"), Print(run, skipsFail: true));
        Assert.Equal((0, null, "1 passed, 0 failed"), Print(run[..1], skipsFail: true));
        Assert.Equal((1, null, "0 passed, 0 failed"), Print([], skipsFail: false));
    }

    [Fact]
    public void Results_are_read_from_trx_junit_and_steps_without_the_long_tests_of_a_short_run()
    {
        var folder = Directory.CreateTempSubdirectory("quickwater-trace-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "a.trx"), $"""
                <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
                  <Results>
                    <UnitTestResult testId="1" testName="N.C.A_b(x: 1)" outcome="Passed" />
                    <UnitTestResult testId="2" testName="N.C.C_d" outcome="NotExecuted"><Output><ErrorInfo><Message>{FullFactAttribute.NotInThisRun}</Message></ErrorInfo></Output></UnitTestResult>
                    <UnitTestResult testId="3" testName="N.C.E_f" outcome="Failed"><Output><ErrorInfo><Message>no</Message><StackTrace>at X
                at N.C.E_f() in F.cs:line 3</StackTrace></ErrorInfo></Output></UnitTestResult>
                  </Results>
                  <TestDefinitions>
                    <UnitTest id="1"><TestMethod className="N.C" name="A_b" /></UnitTest>
                    <UnitTest id="2"><TestMethod className="N.C" name="C_d" /></UnitTest>
                    <UnitTest id="3"><TestMethod className="N.C" name="E_f" /></UnitTest>
                  </TestDefinitions>
                </TestRun>
                """);
            File.WriteAllText(Path.Combine(folder.FullName, "w.junit.xml"), "<testsuites><testcase name=\"plays\"/></testsuites>");
            File.WriteAllText(Path.Combine(folder.FullName, "steps.tsv"), "web: npm run check\tfailed\tno types\n");

            Assert.Equal(
                [new("N.C", "A_b", "N.C.A_b(x: 1)", TestOutcome.Passed, ""),
                    new("N.C", "E_f", "N.C.E_f", TestOutcome.Failed, "no\nat N.C.E_f() in F.cs:line 3"),
                    new("web", "plays", "web: plays", TestOutcome.Passed, ""),
                    new("step", "web: npm run check", "web: npm run check", TestOutcome.Failed, "no types")],
                TestRun.Read(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_catalogue_with_an_id_twice_is_refused() =>
        Assert.Throws<FormatException>(() => Trace.Catalogue.Parse("## RPC: calls\n- RPC-1 one\n- RPC-1 again\n"));

    [Theory]
    [InlineData("- RPC-1/a one\n- RPC-1/a again\n")]
    [InlineData("- RPC-2/a of nothing\n")]
    public void Clauses_that_stand_twice_or_belong_to_nothing_are_refused(string clauses) =>
        Assert.Throws<FormatException>(() => Trace.Catalogue.Parse("## RPC: calls\n- RPC-1 one\n", clauses));

    [Fact]
    public void Clauses_are_read_beside_the_catalogue()
    {
        var item = Assert.Single(Trace.Catalogue.Parse("## RPC: calls\n- RPC-1 one\n", "- RPC-1/a first\n- RPC-1/b second\n"));

        Assert.Equal(["RPC-1/a", "RPC-1/b"], item.Marks, StringComparer.Ordinal);
    }

    private static bool IsMet(string id, bool before, (string Method, string Mark, TestOutcome Outcome)[] run) =>
        RequirementsDocument.MetAfter(
            Catalogue,
            [.. run.DistinctBy(one => one.Method).Select(one => new TracedTest("C", one.Method, [one.Mark]))],
            [.. run.Select(one => new TestResult("C", one.Method, "C." + one.Method, one.Outcome, ""))],
            new HashSet<string>(before ? [id] : [], StringComparer.Ordinal)).Contains(id);

    private static (int Code, string? Failed, string Last) Print(TestResult[] run, bool skipsFail)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var code = Report.Write(output, run, skipsFail);
        var lines = output.ToString().TrimEnd().Split('\n');
        return (code, lines.FirstOrDefault(line => line.StartsWith("FAILED", StringComparison.Ordinal)), lines[^1]);
    }
}
