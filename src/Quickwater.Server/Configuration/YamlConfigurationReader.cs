using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Quickwater.Server;

/// <summary>Reads YAML into <see cref="ConfigurationNode"/>s.</summary>
internal static class YamlConfigurationReader
{
    private const int DepthMax = 16;

    /// <summary>Reads one document; an empty file is an empty map.</summary>
    /// <exception cref="ConfigurationSyntaxException">The text is not YAML, or uses aliases or several documents.</exception>
    public static ConfigurationNode Read(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return new MapNode([], 1);
            }

            var root = ReadNode(parser, DepthMax);
            parser.Consume<DocumentEnd>();
            return parser.Current is DocumentStart second
                ? throw new ConfigurationSyntaxException((int)second.Start.Line, "the file holds a second document; one is allowed")
                : root;
        }
        catch (YamlException e)
        {
            throw new ConfigurationSyntaxException((int)e.Start.Line, $"not valid YAML: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static ConfigurationNode ReadNode(Parser parser, int depth)
    {
        var line = (int)(parser.Current?.Start.Line ?? 1);
        if (depth == 0)
        {
            throw new ConfigurationSyntaxException(line, $"nested deeper than {DepthMax} levels");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return IsNull(scalar) ? new EmptyNode(line) : new ScalarNode(scalar.Value, line);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<ConfigurationNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, depth - 1));
            }

            return new ListNode(items, line);
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            return ReadMap(parser, depth, line);
        }

        throw new ConfigurationSyntaxException(line, "aliases (*name) are not allowed here");
    }

    private static MapNode ReadMap(Parser parser, int depth, int line)
    {
        var entries = new List<MapEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            entries.Add(new MapEntry(key.Value, (int)key.Start.Line, ReadNode(parser, depth - 1)));
        }

        return new MapNode(entries, line);
    }

    private static bool IsNull(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
}
