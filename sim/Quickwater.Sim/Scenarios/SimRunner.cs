using System.Diagnostics.CodeAnalysis;

namespace Quickwater.Sim;

/// <summary>Runs a scenario for many seeds, on several cores. Each seed is a world of its own.</summary>
public static class SimRunner
{
    private const int FailuresShownMax = 5;

    /// <summary>Runs the seeds and tells on <paramref name="output"/> what failed and how to replay it.</summary>
    /// <param name="scenario">What to play.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="count">How many seeds, at least 1.</param>
    /// <param name="stopAtFirst">Whether to stop at the first failure.</param>
    /// <param name="output">Where to tell.</param>
    /// <param name="parallel">Worlds at a time; by default one for each core.</param>
    public static SimReport Run(
        Scenario scenario, ulong firstSeed, int count, bool stopAtFirst, TextWriter output, int? parallel = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var report = new SimReport(scenario);
        var gate = new Lock();
        var stopped = false;
        var seeds = ParallelEnumerable.Range(0, count).WithDegreeOfParallelism(parallel ?? Environment.ProcessorCount)
            .WithExecutionMode(ParallelExecutionMode.ForceParallelism);
        seeds.ForAll(i =>
        {
            if (Volatile.Read(ref stopped))
            {
                return;
            }

            var outcome = RunOne(scenario, firstSeed + (ulong)i);
            lock (gate)
            {
                report.Add(outcome);
                if (outcome.Failure is not null)
                {
                    if (report.Failures.Count <= FailuresShownMax)
                    {
                        output.WriteLine(outcome.Failure.Message);
                    }

                    Volatile.Write(ref stopped, stopAtFirst);
                }
            }
        });
        report.WriteSummary(output);
        return report;
    }

    /// <summary>Runs one seed.</summary>
    public static SeedOutcome RunOne(Scenario scenario, ulong seed)
    {
        using var world = scenario.CreateWorld(seed);
        SimulationFailedException? failure = null;
        try
        {
            scenario.Play(world);
        }
        catch (Exception e)
        {
            failure = e as SimulationFailedException ?? Wrap(world, e);
        }

        return new SeedOutcome(seed, world.Trace.Hash, world.Trace.Count, world.Marks, failure);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever escapes from a world is its failure.")]
    private static SimulationFailedException Wrap(World world, Exception e)
    {
        try
        {
            world.Fail($"an exception escaped: {e}", e);
            throw e;
        }
        catch (SimulationFailedException failure)
        {
            return failure;
        }
    }
}
