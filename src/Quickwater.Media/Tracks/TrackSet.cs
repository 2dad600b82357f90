using System.Numerics;

namespace Quickwater.Media;

/// <summary>Tracks of one kind, by id. Ids from 63 on share one place: nobody sends so many, and who does waits for the keys of all of those together.</summary>
/// <param name="Bits">A bit for each id.</param>
public readonly record struct TrackSet(ulong Bits)
{
    private const int Shared = 63;

    /// <summary>No track.</summary>
    public static readonly TrackSet None;

    /// <summary>The lowest id; 64 when there is none.</summary>
    public int Lowest => BitOperations.TrailingZeroCount(Bits);

    /// <summary>The one with the lowest id.</summary>
    public TrackSet First => new(Bits & (0 - Bits));

    /// <summary>One track.</summary>
    public static TrackSet Of(int track) => new(1UL << Math.Min(track, Shared));

    /// <summary>The tracks of either.</summary>
    public static TrackSet operator |(TrackSet a, TrackSet b) => new(a.Bits | b.Bits);

    /// <summary>This set without the tracks of another.</summary>
    public TrackSet Without(TrackSet other) => new(Bits & ~other.Bits);

    /// <summary>Whether all tracks of another set are in this one.</summary>
    public bool Covers(TrackSet other) => (other.Bits & ~Bits) == 0;

    /// <summary>The ids, lowest first.</summary>
    public override string ToString()
    {
        var bits = Bits;
        return string.Join(", ", Enumerable.Range(0, 64).Where(id => (bits & (1UL << id)) != 0));
    }
}
