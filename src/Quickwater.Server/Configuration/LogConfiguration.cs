namespace Quickwater.Server;

/// <summary>The section <c>log</c>.</summary>
public sealed record LogConfiguration(LogLevelChoice Level, LogFormat Format, string File, int LinesPerAddressMax, int LinesPerKindMax);
