using System.Collections.Concurrent;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Counts attempts to get in, with what came of them. Thread-safe.</summary>
internal sealed class AttemptCounts
{
    private readonly ConcurrentDictionary<(string Door, Reason Outcome), long> _counts = new();

    /// <summary>The counts so far, by door and outcome; <see cref="Reason.None"/> is a success.</summary>
    public IReadOnlyList<KeyValuePair<(string Door, Reason Outcome), long>> All => [.. _counts];

    /// <summary>Counts one.</summary>
    /// <param name="door">What was wanted: <c>publish</c>, <c>play</c> or <c>rpc</c>.</param>
    /// <param name="outcome">Why it was refused; <see cref="Reason.None"/> if it was not.</param>
    public void Count(string door, Reason outcome) => _counts.AddOrUpdate((door, outcome), 1, static (_, count) => count + 1);
}
