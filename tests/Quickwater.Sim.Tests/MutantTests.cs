using System.Diagnostics;
using Xunit;

namespace Quickwater.Sim.Tests;

/// <summary>Bugs planted on purpose are found within the seeds of CI: a simulator that finds nothing proves nothing.</summary>
public sealed class MutantTests
{
    /// <summary>Each mutant, and the scenario that must find it.</summary>
    public static TheoryData<string, string> Planted => new()
    {
        { "lost-wake-up", "hub" },
        { "lost-completion", "echo" },
        { "forgotten-pause", "echo" },
        { "early-release", "echo" },
        { "double-release", "hub" },
        { "second-send", "echo" },
        { "rude-close", "echo" },
        { "late-timer", "echo" },
        { "drop-inside-gop", "hub" },
        { "skipped-config", "hub" },
        { "uncounted-drop", "hub" },
        { "stale-answer", "echo" },
        { "jump-is-lag", "hub" },
        { "untold-skip", "audio" },
        { "lost-tick", "audio" },
        { "unasked-after-send", "datagrams" },
        { "lost-stray", "datagrams" },
        { "rpc-credit-overrun", "rpc" },
        { "rpc-lost-answer", "rpc" },
        { "rpc-hasty-drain", "rpc" },
        { "rpc-open-door", "rpc" },
        { "rpc-stale-last-word", "rpc" },
        { "rpc-greedy-caller", "rpc" },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_planted_bug_is_found_within_the_seeds_of_every_change(string mutant, string scenario)
    {
        var (exit, output) = RunSimulator(mutant, scenario, "--stop");
        Assert.True(exit == 1, $"{mutant} was not found (exit {exit}):{Environment.NewLine}{output}");
        Assert.Contains("broke a promise", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_mutant_the_same_command_finds_nothing()
    {
        var (exit, output) = RunSimulator("", "hub", "--seeds", "10");
        Assert.True(exit == 0, output);
    }

    [Fact]
    public void A_mutant_that_does_not_exist_is_refused_with_those_that_do_and_each_of_them_is_tried()
    {
        var (exit, output) = RunSimulator("no-such-mutant", "hub", "--seeds", "1");
        Assert.Equal(2, exit);
        var names = output.Trim().Split("there are: ")[1].Split(", ");
        Assert.Equal(names.Order(StringComparer.Ordinal), Planted.Select(static row => (string)row[0]).Order(StringComparer.Ordinal));
    }

    // A process of its own: a mutant is fixed before the first line of Core runs, and must not live in the other tests' process.
    private static (int Exit, string Output) RunSimulator(string mutant, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Quickwater.Mutants.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["QUICKWATER_MUTANT"] = mutant },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The simulator did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
