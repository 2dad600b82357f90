using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Quickwater.Core;

namespace Quickwater.Server;

/// <summary>Writes a log entry as one line. What comes from peers cannot break out of its line.</summary>
internal static class LogLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A line in the format that is wanted.</summary>
    public static string Write(
        LogFormat format,
        DateTimeOffset at,
        LogLevel level,
        string category,
        EventId id,
        string message,
        IReadOnlyList<KeyValuePair<string, object?>>? fields,
        Exception? exception) =>
        format == LogFormat.Json ? Json(at, level, category, id, message, fields, exception) : Text(at, level, message, exception);

    /// <summary>A line for people.</summary>
    public static string Text(DateTimeOffset at, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(Time(at)).Append(' ').Append(Name(level).PadRight(7)).Append(' ');
        line.Append(PeerText.Printable(message));
        if (exception is not null)
        {
            line.Append(" | ").Append(PeerText.Printable(exception.ToString()));
        }

        return line.ToString();
    }

    /// <summary>A JSON object: time, level, event, message, category, then the entry's own fields.</summary>
    public static string Json(
        DateTimeOffset at,
        LogLevel level,
        string category,
        EventId id,
        string message,
        IReadOnlyList<KeyValuePair<string, object?>>? fields,
        Exception? exception)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", Time(at));
            json.WriteString("level", Name(level));
            json.WriteString("event", id.Name ?? "");
            json.WriteString("message", message);
            json.WriteString("category", category);
            foreach (var (name, value) in fields ?? [])
            {
                if (name != "{OriginalFormat}" && name.Length > 0)
                {
                    json.WriteString(char.ToLowerInvariant(name[0]) + name[1..], Convert.ToString(value, CultureInfo.InvariantCulture));
                }
            }

            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        return PeerText.Printable(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length)); // within strings, where they mean the same
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
