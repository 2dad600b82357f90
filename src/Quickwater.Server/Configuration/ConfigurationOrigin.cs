namespace Quickwater.Server;

/// <summary>Where a value came from.</summary>
/// <param name="Source">The kind of source.</param>
/// <param name="Where">The exact place: <c>file:line</c>, the variable, or the option; empty for a default.</param>
internal readonly record struct ConfigurationOrigin(ConfigurationSource Source, string Where)
{
    /// <summary>For people: <c>default</c>, <c>profile mobile</c>, <c>quickwater.yaml:3</c>, <c>environment QUICKWATER__…</c>, <c>--set</c>.</summary>
    public override string ToString() => Source switch
    {
        ConfigurationSource.Default => "default",
        ConfigurationSource.Profile => $"profile {Where}",
        ConfigurationSource.File => $"file {Where}",
        ConfigurationSource.Environment => $"environment {Where}",
        _ => "--set",
    };
}

/// <summary>Sources of configuration, each overriding those before it.</summary>
internal enum ConfigurationSource
{
    Default,
    Profile,
    File,
    Environment,
    Set,
}
