using Quickwater.Core;

namespace Quickwater.Sim;

/// <summary>Which rare states a run has reached, and how often. Used by one world, so not thread-safe.</summary>
public sealed class Marks : IMarks
{
    private readonly SortedDictionary<string, long> _hits = new(StringComparer.Ordinal);

    /// <summary>The marks that were reached, by name, with the number of times.</summary>
    public IReadOnlyDictionary<string, long> Hits => _hits;

    /// <inheritdoc/>
    public void Hit(string mark) => _hits[mark] = _hits.GetValueOrDefault(mark) + 1;

    /// <summary>Adds what another run has reached.</summary>
    public void Add(Marks other)
    {
        foreach (var (mark, hits) in other._hits)
        {
            _hits[mark] = _hits.GetValueOrDefault(mark) + hits;
        }
    }

    /// <summary>Those of the given marks that were not reached.</summary>
    public IReadOnlyList<string> Missing(IEnumerable<string> marks) => [.. marks.Where(mark => !_hits.ContainsKey(mark))];
}
