namespace Quickwater.Server;

/// <summary>An immutable list of stations that is equal to another by its items.</summary>
public sealed class StationConfigurations(IReadOnlyList<StationConfiguration> items) : IEquatable<StationConfigurations>
{
    /// <summary>The list without items.</summary>
    public static readonly StationConfigurations Empty = new([]);

    /// <summary>The items, in order.</summary>
    public IReadOnlyList<StationConfiguration> Items { get; } = [.. items];

    /// <inheritdoc/>
    public bool Equals(StationConfigurations? other) => other is not null && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StationConfigurations);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Count == 0 ? 0 : Items[0].GetHashCode();
}
