using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>The stations of a server, by name. Fixed once it is made; thread-safe.</summary>
public sealed class StationRegister
{
    private readonly FrozenDictionary<string, Station> _byName;

    /// <summary>Makes it.</summary>
    /// <exception cref="ArgumentException">Two stations have the same name.</exception>
    public StationRegister(IEnumerable<Station> stations)
    {
        All = [.. stations];
        if (All.GroupBy(static station => station.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Skip(1).Any()) is { } twice)
        {
            throw new ArgumentException($"Two stations are called {twice.Key}.", nameof(stations));
        }

        _byName = All.ToFrozenDictionary(static station => station.Name, StringComparer.Ordinal);
    }

    /// <summary>All of them, in the order they were given.</summary>
    public IReadOnlyList<Station> All { get; }

    /// <summary>The station of that name, if there is one.</summary>
    public bool TryFind(string name, [MaybeNullWhen(false)] out Station station) => _byName.TryGetValue(name, out station);

    /// <summary>Starts all of them.</summary>
    public void Start()
    {
        foreach (var station in All)
        {
            station.Start();
        }
    }

    /// <summary>Stops all of them.</summary>
    public void Stop(Reason why)
    {
        foreach (var station in All)
        {
            station.Stop(why);
        }
    }
}
