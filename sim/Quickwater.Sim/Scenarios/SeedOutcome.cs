namespace Quickwater.Sim;

/// <summary>What came of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="TraceHash">A hash over all its events: the same for every run of the seed.</param>
/// <param name="Events">How many events there were.</param>
/// <param name="Marks">The rare states it reached.</param>
/// <param name="Failure">The promise it broke, or null.</param>
public sealed record SeedOutcome(ulong Seed, ulong TraceHash, long Events, Marks Marks, SimulationFailedException? Failure);
