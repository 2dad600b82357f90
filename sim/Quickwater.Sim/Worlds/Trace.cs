using System.Text;

namespace Quickwater.Sim;

/// <summary>
/// What happened in a world: a hash over all of it, which two runs of one seed share, and the last events in words for whoever
/// has to understand a failure.
/// </summary>
public sealed class Trace
{
    private const int Kept = 96;

    private readonly Entry[] _ring = new Entry[Kept];
    private long _count;

    /// <summary>A hash over every event so far.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Events so far.</summary>
    public long Count => _count;

    /// <summary>Adds an event.</summary>
    /// <param name="at">Virtual time.</param>
    /// <param name="what">A constant text.</param>
    /// <param name="who">Whom it concerns.</param>
    /// <param name="a">A number that belongs to it.</param>
    /// <param name="b">Another.</param>
    public void Add(TimeSpan at, string what, string who, long a = 0, long b = 0)
    {
        _ring[_count++ % Kept] = new Entry(at, what, who, a, b);
        Mix((ulong)at.Ticks);
        Mix(what);
        Mix(who);
        Mix((ulong)a);
        Mix((ulong)b);
    }

    /// <summary>The last events, oldest first, a line each.</summary>
    public string Last(int lines = 40)
    {
        var text = new StringBuilder();
        for (var i = Math.Max(0, _count - Math.Min(lines, Kept)); i < _count; i++)
        {
            ref var entry = ref _ring[i % Kept];
            text.Append("  ").Append(entry.At.TotalMilliseconds.ToString("0.000").PadLeft(12)).Append(" ms  ")
                .Append(entry.Who.PadRight(14)).Append(' ').Append(entry.What);
            if (entry.A != 0 || entry.B != 0)
            {
                text.Append(' ').Append(entry.A);
            }

            if (entry.B != 0)
            {
                text.Append(" / ").Append(entry.B);
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * 0x100000001B3;

    private readonly record struct Entry(TimeSpan At, string What, string Who, long A, long B);
}
