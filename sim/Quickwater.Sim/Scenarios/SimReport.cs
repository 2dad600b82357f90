namespace Quickwater.Sim;

/// <summary>What came of many seeds.</summary>
public sealed class SimReport
{
    private readonly Scenario _scenario;
    private readonly SortedDictionary<ulong, SimulationFailedException> _failures = [];
    private long _events;

    internal SimReport(Scenario scenario) => _scenario = scenario;

    /// <summary>Seeds that were run.</summary>
    public int Seeds { get; private set; }

    /// <summary>The seeds that broke a promise.</summary>
    public IReadOnlyDictionary<ulong, SimulationFailedException> Failures => _failures;

    /// <summary>The rare states that all seeds together reached.</summary>
    public Marks Marks { get; } = new();

    /// <summary>The scenario's marks that no seed reached.</summary>
    public IReadOnlyList<string> MissingMarks => Marks.Missing(_scenario.Marks);

    /// <summary>0 when every seed kept every promise, otherwise 1: for the exit code of a process.</summary>
    public int ExitCode => _failures.Count == 0 ? 0 : 1;

    /// <summary>Tells the outcome in a few lines.</summary>
    public void WriteSummary(TextWriter output)
    {
        output.WriteLine($"{_scenario.Name}: {Seeds} seeds, {_events} events, {_failures.Count} failed");
        if (_failures.Count > 0)
        {
            output.WriteLine($"failing seeds: {string.Join(' ', _failures.Keys.Take(20))}");
            output.WriteLine($"replay: quickwater sim {_scenario.Name} --seed {_failures.Keys.First()}");
        }

        foreach (var (mark, hits) in Marks.Hits)
        {
            output.WriteLine($"  {mark,-32} {hits,12}");
        }

        foreach (var mark in MissingMarks)
        {
            output.WriteLine($"  {mark,-32} {"not reached",12}");
        }
    }

    internal void Add(SeedOutcome outcome)
    {
        Seeds++;
        _events += outcome.Events;
        Marks.Add(outcome.Marks);
        if (outcome.Failure is not null)
        {
            _failures.Add(outcome.Seed, outcome.Failure);
        }
    }
}
