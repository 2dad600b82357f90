namespace Quickwater.Server;

/// <summary>The section <c>data</c>.</summary>
public sealed record DataConfiguration(string Directory);
