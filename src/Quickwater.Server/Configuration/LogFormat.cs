namespace Quickwater.Server;

/// <summary>The values of <c>log.format</c>.</summary>
public enum LogFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
