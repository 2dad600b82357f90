namespace Quickwater.Server;

/// <summary>The value of every setting and where it came from. Immutable.</summary>
internal sealed class EffectiveConfiguration(IReadOnlyDictionary<Setting, (object Value, ConfigurationOrigin Origin)> given)
{
    /// <summary>The configuration when nothing is given.</summary>
    public static readonly EffectiveConfiguration Defaults =
        new(new Dictionary<Setting, (object Value, ConfigurationOrigin Origin)>());

    /// <summary>The value of a setting.</summary>
    public T Get<T>(Setting<T> setting)
        where T : notnull => (T)Value(setting);

    /// <summary>The value of a setting.</summary>
    public object Value(Setting setting) => given.TryGetValue(setting, out var entry) ? entry.Value : setting.DefaultValue;

    /// <summary>Where the value of a setting came from.</summary>
    public ConfigurationOrigin Origin(Setting setting) =>
        given.TryGetValue(setting, out var entry) ? entry.Origin : new(ConfigurationSource.Default, "");
}
