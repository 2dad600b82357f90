namespace Quickwater.Core;

/// <summary>
/// A point on the engine's monotonic time line, in ticks of 100 ns since the clock was made. Read once a turn from a
/// <see cref="Clock"/> and handed to the protocol code as an argument; it is never a date.
/// </summary>
/// <param name="Ticks">Ticks of 100 ns since the clock's origin.</param>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>The clock's origin.</summary>
    public static readonly Instant Zero;

    /// <summary>A deadline that never comes: what a session returns when it wants no <c>Tick</c>.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>The earlier of two instants.</summary>
    public static Instant Earlier(Instant a, Instant b) => a.Ticks <= b.Ticks ? a : b;

    /// <summary>Moves an instant; saturates at <see cref="Never"/>, and <see cref="Never"/> stays where it is.</summary>
    public static Instant operator +(Instant at, TimeSpan by)
    {
        if (at.Ticks == long.MaxValue || by == TimeSpan.MaxValue)
        {
            return Never;
        }

        var sum = unchecked(at.Ticks + by.Ticks);
        return by.Ticks > 0 && sum < at.Ticks ? Never : new Instant(sum);
    }

    /// <summary>Moves an instant back.</summary>
    public static Instant operator -(Instant at, TimeSpan by) => at == Never ? Never : new Instant(at.Ticks - by.Ticks);

    /// <summary>The time from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static TimeSpan operator -(Instant to, Instant from) => new(to.Ticks - from.Ticks);

    /// <summary>Whether <paramref name="a"/> is before <paramref name="b"/>.</summary>
    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    /// <summary>Whether <paramref name="a"/> is after <paramref name="b"/>.</summary>
    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    /// <summary>Whether <paramref name="a"/> is not after <paramref name="b"/>.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    /// <summary>Whether <paramref name="a"/> is not before <paramref name="b"/>.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <inheritdoc/>
    public override string ToString() => this == Never ? "never" : $"{Ticks / 10_000.0:0.000} ms";
}
