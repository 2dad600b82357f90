using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Quickwater.Server;

/// <summary>Writes an effective configuration, secrets hidden.</summary>
internal static class ConfigurationDump
{
    private const string Hidden = "(hidden)";
    private const int OriginColumn = 44;

    /// <summary>YAML that reads back as the same configuration (but for secrets), with the origin of each value as a comment.</summary>
    public static string ToYaml(EffectiveConfiguration configuration)
    {
        var text = new StringBuilder();
        string[] open = [];
        foreach (var setting in Settings.All)
        {
            var path = setting.Key.Split('.');
            for (var depth = 0; depth < path.Length - 1; depth++)
            {
                if (depth >= open.Length - 1 || open[depth] != path[depth])
                {
                    text.Append(' ', depth * 2).Append(path[depth]).Append(":\n");
                    open = [.. path[..(depth + 1)], ""];
                }
            }

            open = path;
            var value = YamlValue(setting, configuration.Value(setting));
            var hides = setting.Secret && setting.Write(configuration.Value(setting)).Count > 0; // a comment, so that the rest can be read back
            var line = new string(' ', (path.Length - 1) * 2) + (hides ? "# " : "") + path[^1] + ": " + value;
            text.Append(line.PadRight(OriginColumn)).Append(" # ").Append(configuration.Origin(setting)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>JSON: key to value and origin.</summary>
    public static string ToJson(EffectiveConfiguration configuration)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            foreach (var setting in Settings.All)
            {
                json.WriteStartObject(setting.Key);
                json.WritePropertyName("value");
                WriteJsonValue(json, setting, configuration.Value(setting));
                json.WriteString("origin", configuration.Origin(setting).ToString());
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void WriteJsonValue(Utf8JsonWriter json, Setting setting, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case TextList or StationConfigurations:
                json.WriteStartArray();
                foreach (var item in Shown(setting, value))
                {
                    json.WriteStringValue(item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Shown(setting, value)[0]);
                break;
        }
    }

    private static string YamlValue(Setting setting, object value)
    {
        var texts = Shown(setting, value).Select(text => value is bool or int or TimeSpan or long or Enum ? text : Quoted(text));
        return setting.IsList ? $"[{string.Join(", ", texts)}]" : texts.First();
    }

    private static IReadOnlyList<string> Shown(Setting setting, object value)
    {
        var texts = setting.Write(value);
        return setting.Secret ? [.. texts.Select(_ => Hidden)] : texts;
    }

    // A double-quoted YAML scalar knows the escapes of JSON.
    private static string Quoted(string text) => "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) + "\"";
}
