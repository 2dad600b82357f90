using System.Globalization;

namespace Quickwater.Server;

/// <summary>How values of one type are written, read and bounded.</summary>
internal abstract class SettingType<T>
    where T : notnull
{
    /// <summary>The type's name in the documentation.</summary>
    public abstract string Name { get; }

    /// <summary>What may be written, as the end of the sentence "allowed: …".</summary>
    public abstract string Allowed { get; }

    /// <summary>Whether a value is a list of texts.</summary>
    public virtual bool IsList => false;

    /// <summary>Reads the texts of a value: exactly one, unless <see cref="IsList"/>. False when it is not allowed.</summary>
    public abstract bool TryRead(IReadOnlyList<string> texts, out T value);

    /// <summary>
    /// The text of an item that a file gives as keys with values; null when the type has no such items, or not with these keys.
    /// </summary>
    public virtual string? ItemText(IReadOnlyList<(string Key, string Value)> keys) => null;

    /// <summary>Writes a value so that reading it gives the same: one text, or for a list its items.</summary>
    public abstract IReadOnlyList<string> Write(T value);
}

/// <summary>A type whose values are one text.</summary>
internal abstract class ScalarType<T> : SettingType<T>
    where T : notnull
{
    public sealed override bool TryRead(IReadOnlyList<string> texts, out T value) => TryRead(texts[0].Trim(), out value);

    public sealed override IReadOnlyList<string> Write(T value) => [Format(value)];

    protected abstract bool TryRead(string text, out T value);

    protected abstract string Format(T value);
}

/// <summary>true or false.</summary>
internal sealed class BooleanType : ScalarType<bool>
{
    public override string Name => "boolean";

    public override string Allowed => "true or false";

    protected override bool TryRead(string text, out bool value) => bool.TryParse(text, out value);

    protected override string Format(bool value) => value ? "true" : "false";
}

/// <summary>A whole number in a range.</summary>
internal sealed class IntegerType(int least, int most) : ScalarType<int>
{
    public override string Name => "number";

    public override string Allowed => $"a whole number from {least} to {most}";

    protected override bool TryRead(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
        && value >= least && value <= most;

    protected override string Format(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A text of free form.</summary>
internal sealed class TextType(string allowed) : ScalarType<string>
{
    public override string Name => "text";

    public override string Allowed => allowed;

    protected override bool TryRead(string text, out string value)
    {
        value = text;
        return true;
    }

    protected override string Format(string value) => value;
}

/// <summary>A member of an enumeration, written in lower case.</summary>
internal sealed class ChoiceType<T> : ScalarType<T>
    where T : struct, Enum
{
    public override string Name => "choice";

    public override string Allowed => string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));

    protected override bool TryRead(string text, out T value) =>
        Enum.TryParse(text, ignoreCase: true, out value)
        && Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase); // a number is no name

    protected override string Format(T value) => value.ToString().ToLowerInvariant();
}

/// <summary>A list of texts. From the environment and <c>--set</c> they are separated by commas.</summary>
internal sealed class TextListType(string allowed, Func<string, bool> accepts) : SettingType<TextList>
{
    public override string Name => "list";

    public override string Allowed => allowed;

    public override bool IsList => true;

    public override bool TryRead(IReadOnlyList<string> texts, out TextList value)
    {
        value = new TextList(texts);
        return texts.All(accepts);
    }

    public override IReadOnlyList<string> Write(TextList value) => value.Items;
}
