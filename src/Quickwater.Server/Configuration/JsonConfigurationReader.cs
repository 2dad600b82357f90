using System.Text;
using System.Text.Json;

namespace Quickwater.Server;

/// <summary>Reads JSON, with comments and trailing commas, into <see cref="ConfigurationNode"/>s.</summary>
internal static class JsonConfigurationReader
{
    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    /// <summary>Reads one value.</summary>
    /// <exception cref="ConfigurationSyntaxException">The text is not JSON.</exception>
    public static ConfigurationNode Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = new LineCounter(bytes);
        var reader = new Utf8JsonReader(bytes, Options);
        try
        {
            reader.Read();
            var root = ReadNode(ref reader, lines);
            reader.Read(); // finds what may stand behind the value
            return root;
        }
        catch (JsonException e)
        {
            // The library's message ends with the position, which stands before our message already.
            var message = e.Message.Split(" LineNumber:")[0];
            throw new ConfigurationSyntaxException((int)(e.LineNumber ?? 0) + 1, $"not valid JSON: {message}");
        }
    }

    private static ConfigurationNode ReadNode(ref Utf8JsonReader reader, LineCounter lines)
    {
        var line = lines.LineAt(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<MapEntry>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var key = reader.GetString() ?? "";
                    var keyLine = lines.LineAt(reader.TokenStartIndex);
                    reader.Read();
                    entries.Add(new MapEntry(key, keyLine, ReadNode(ref reader, lines)));
                }

                return new MapNode(entries, line);
            case JsonTokenType.StartArray:
                var items = new List<ConfigurationNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadNode(ref reader, lines));
                }

                return new ListNode(items, line);
            case JsonTokenType.String:
                return new ScalarNode(reader.GetString() ?? "", line);
            case JsonTokenType.Null:
                return new EmptyNode(line);
            default:
                return new ScalarNode(Encoding.UTF8.GetString(reader.ValueSpan), line);
        }
    }

    /// <summary>Turns growing byte offsets into line numbers.</summary>
    private sealed class LineCounter(byte[] bytes)
    {
        private long _at;
        private int _line = 1;

        public int LineAt(long offset)
        {
            for (; _at < offset; _at++)
            {
                _line += bytes[_at] == (byte)'\n' ? 1 : 0;
            }

            return _line;
        }
    }
}
