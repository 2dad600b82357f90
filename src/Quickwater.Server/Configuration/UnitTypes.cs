using System.Globalization;

namespace Quickwater.Server;

/// <summary>A number with a unit, in a range: the shared part of durations and sizes.</summary>
internal abstract class UnitType<T>(string name, string example, T least, T most) : ScalarType<T>
    where T : struct, IComparable<T>
{
    public sealed override string Name => name;

    public sealed override string Allowed => $"a {name} from {Format(least)} to {Format(most)}, such as {example}";

    /// <summary>The units with how much of the smallest each is, largest first.</summary>
    protected abstract IReadOnlyList<(string Unit, long Scale)> Units { get; }

    protected abstract T FromSmallest(long count);

    protected abstract long ToSmallest(T value);

    protected sealed override bool TryRead(string text, out T value)
    {
        value = default;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        var unit = text[digits.Length..];
        var scale = Units.FirstOrDefault(row => row.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase)).Scale;
        if (!decimal.TryParse(digits.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        if (number == 0 && unit.Length == 0)
        {
            scale = 1; // zero needs no unit
        }

        if (scale == 0 || number > long.MaxValue / scale || number * scale != decimal.Truncate(number * scale))
        {
            return false;
        }

        value = FromSmallest((long)(number * scale));
        return value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0;
    }

    protected sealed override string Format(T value)
    {
        var count = ToSmallest(value);
        var (unit, scale) = count == 0 ? Units[^1] : Units.First(row => count % row.Scale == 0);
        return (count / scale).ToString(CultureInfo.InvariantCulture) + unit;
    }
}

/// <summary>A duration such as <c>250ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>.</summary>
internal sealed class DurationType(TimeSpan least, TimeSpan most) : UnitType<TimeSpan>("duration", "250ms or 10s", least, most)
{
    protected override IReadOnlyList<(string Unit, long Scale)> Units { get; } =
        [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    protected override TimeSpan FromSmallest(long count) =>
        count > TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(count);

    protected override long ToSmallest(TimeSpan value) => (long)value.TotalMilliseconds;
}

/// <summary>A size in bytes such as <c>4096B</c>, <c>64KiB</c>, <c>16MiB</c>.</summary>
internal sealed class SizeType(long least, long most) : UnitType<long>("size", "64KiB or 16MiB", least, most)
{
    protected override IReadOnlyList<(string Unit, long Scale)> Units { get; } =
        [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    protected override long FromSmallest(long count) => count;

    protected override long ToSmallest(long value) => value;
}
