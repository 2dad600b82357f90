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
                    json.WritePropertyName(char.ToLowerInvariant(name[0]) + name[1..]);
                    WriteValue(json, value);
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

    // Numbers are numbers, so that whoever reads the lines can compare and add them up. What JSON has no number for is a text.
    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case sbyte or short or int or long or byte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                json.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
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
