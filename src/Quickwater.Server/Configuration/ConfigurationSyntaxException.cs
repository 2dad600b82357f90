namespace Quickwater.Server;

/// <summary>A configuration file that is not well-formed. Caught by <see cref="ConfigurationLoader"/>, which makes a problem of it.</summary>
internal sealed class ConfigurationSyntaxException(int line, string message) : Exception(message)
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
