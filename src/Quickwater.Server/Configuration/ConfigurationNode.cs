namespace Quickwater.Server;

/// <summary>A value of a configuration file, whatever its syntax, with the line it stands on.</summary>
internal abstract record ConfigurationNode(int Line);

/// <summary>A single value as it is written, without quotes.</summary>
internal sealed record ScalarNode(string Text, int Line) : ConfigurationNode(Line);

/// <summary>A key without a value.</summary>
internal sealed record EmptyNode(int Line) : ConfigurationNode(Line);

/// <summary>A list of values.</summary>
internal sealed record ListNode(IReadOnlyList<ConfigurationNode> Items, int Line) : ConfigurationNode(Line);

/// <summary>Keys with their values, in the order of the file.</summary>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, int Line) : ConfigurationNode(Line);

/// <summary>One key of a <see cref="MapNode"/>.</summary>
internal sealed record MapEntry(string Key, int Line, ConfigurationNode Value);
