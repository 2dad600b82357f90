using Quickwater.Testing;
using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>Every scenario keeps every promise with the seeds of CI, reaches its marks, and gives the same run for the same seed.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. Scenario.All.Select(static scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_network_keeps_the_promises_and_the_rare_states_are_reached(string name)
    {
        var scenario = Find(name);
        using var output = new StringWriter();
        var report = SeedsAttribute.Replayed is { } seed
            ? SimRunner.Run(scenario, seed, 1, stopAtFirst: true, output)
            : SimRunner.Run(scenario, 1, scenario.SeedsInCi, stopAtFirst: false, output);

        Assert.True(report.Failures.Count == 0, output.ToString());
        if (SeedsAttribute.Replayed is null)
        {
            Assert.True(report.MissingMarks.Count == 0, output.ToString());
        }
    }

    /// <summary>What every change is tried with is always the same; so a long run tries what nobody has tried.</summary>
    [FullTheory]
    [MemberData(nameof(Names))]
    public void Seeds_that_were_never_tried_keep_the_promises_too(string name)
    {
        var scenario = Find(name);
        using var output = new StringWriter();
        var report = SimRunner.Run(scenario, FreshSeeds.First, scenario.SeedsInCi * FreshSeeds.Times, stopAtFirst: false, output);
        Assert.True(report.Failures.Count == 0, $"With {FreshSeeds.Variable}={FreshSeeds.First}:{Environment.NewLine}{output}");
    }

    [Fact]
    public void A_base_of_seeds_is_repeated_when_it_is_given_and_drawn_anew_when_not()
    {
        Assert.Equal(1_234_567UL, FreshSeeds.Choose("1234567"));
        var drawn = Enumerable.Range(0, 10).Select(static _ => FreshSeeds.Choose(null)).ToArray();
        Assert.True(drawn.Distinct().Count() > 1, "ten bases, all the same");
        var tried = (ulong)Scenario.All.Max(static scenario => scenario.SeedsInCi);
        Assert.All(drawn, first => Assert.True(first > tried));
    }

    [Theory]
    [InlineData("1.000.000")]
    [InlineData("1e6")]
    [InlineData("-1")]
    [InlineData(" 5")]
    [InlineData("18446744073709551616")]
    public void A_mistyped_base_of_seeds_is_refused_by_name(string given)
    {
        var fault = Assert.Throws<FormatException>(() => FreshSeeds.Choose(given));
        Assert.StartsWith($"QUICKWATER_SIM_BASE is \"{given}\"; it takes", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_run(string name)
    {
        var scenario = Find(name);
        for (var seed = 1001UL; seed < 1011; seed++)
        {
            var first = SimRunner.RunOne(scenario, seed);
            var again = SimRunner.RunOne(scenario, seed);
            Assert.Equal(first.TraceHash, again.TraceHash);
            Assert.Equal(first.Events, again.Events);
        }
    }

    [Fact]
    public void Different_seeds_give_different_runs()
    {
        var hashes = Enumerable.Range(1, 20).Select(static seed => SimRunner.RunOne(new EchoScenario(), (ulong)seed).TraceHash);
        Assert.Equal(20, hashes.Distinct().Count());
    }

    private static Scenario Find(string name) => Scenario.All.First(scenario => scenario.Name == name);
}
