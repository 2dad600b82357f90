namespace Quickwater.Server;

/// <summary>An immutable list of texts that is equal to another by its items.</summary>
public sealed class TextList(IReadOnlyList<string> items) : IEquatable<TextList>
{
    /// <summary>The list without items.</summary>
    public static readonly TextList Empty = new([]);

    /// <summary>The items, in order.</summary>
    public IReadOnlyList<string> Items { get; } = [.. items];

    /// <inheritdoc/>
    public bool Equals(TextList? other) => other is not null && Items.SequenceEqual(other.Items, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextList);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Count == 0 ? 0 : Items[0].GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', Items);
}
