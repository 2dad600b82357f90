using Microsoft.Extensions.Logging;

namespace Quickwater.Server;

/// <summary>What makes log lines repetitions of each other: the same event at the same level for the same reason.</summary>
/// <param name="Category">Whose event it is.</param>
/// <param name="Event">The event.</param>
/// <param name="Level">The level of its line.</param>
/// <param name="Reason">The tag of its reason; empty without.</param>
internal readonly record struct LogKind(string Category, EventId Event, LogLevel Level, string Reason)
{
    /// <summary>Stands for all kinds that are not told apart any more.</summary>
    public static readonly LogKind Other = new("", new EventId(0, "other kinds"), LogLevel.Information, "");

    /// <summary>For people: the event's name with its reason.</summary>
    public override string ToString() =>
        (string.IsNullOrEmpty(Event.Name) ? $"{Category} {Event.Id}" : Event.Name) + (Reason.Length > 0 ? $" [{Reason}]" : "");
}
