using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>One row of the table of settings: everything that is known of a configuration key.</summary>
internal abstract class Setting(string key, string description)
{
    /// <summary>The key, such as <c>rtmp.gop.time</c>.</summary>
    public string Key { get; } = key;

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; } = description;

    /// <summary>The reason that is given when this limit is reached, if it is one.</summary>
    public Reason? Limit { get; init; }

    /// <summary>Whether its value must not be shown.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether a change needs a restart; otherwise it is read again at SIGHUP (docs/operating.md).</summary>
    public bool NeedsRestart { get; init; } = true;

    /// <summary>The name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>What may be written.</summary>
    public abstract string Allowed { get; }

    /// <summary>Whether the value is a list.</summary>
    public abstract bool IsList { get; }

    /// <summary>The value when nothing sets it.</summary>
    public abstract object DefaultValue { get; }

    /// <summary>The environment variable that sets it.</summary>
    public string EnvironmentVariable =>
        ConfigurationLoader.EnvironmentPrefix + Key.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Reads a value from its texts; null when it is not allowed.</summary>
    public abstract object? Read(IReadOnlyList<string> texts);

    /// <summary>The text of a list's item that a file gives as keys with values; null when that is not allowed.</summary>
    public abstract string? ItemText(IReadOnlyList<(string Key, string Value)> keys);

    /// <summary>Writes a value as texts.</summary>
    public abstract IReadOnlyList<string> Write(object value);
}

/// <summary>A setting whose values are of type <typeparamref name="T"/>.</summary>
internal sealed class Setting<T>(string key, SettingType<T> type, T defaultValue, string description)
    : Setting(key, description)
    where T : notnull
{
    public override string TypeName => type.Name;

    public override string Allowed => type.Allowed;

    public override bool IsList => type.IsList;

    public override object DefaultValue => defaultValue;

    public override object? Read(IReadOnlyList<string> texts) => type.TryRead(texts, out var value) ? value : null;

    public override string? ItemText(IReadOnlyList<(string Key, string Value)> keys) => type.ItemText(keys);

    public override IReadOnlyList<string> Write(object value) => type.Write((T)value);
}
