using System.Text;

namespace Quickwater.Testing;

/// <summary>Takes an HTTP body with titles apart as a player of internet radio does, and is stricter: every byte must be where it belongs.</summary>
public static class IcyReader
{
    private const string Before = "StreamTitle='";
    private const string Behind = "';";

    /// <summary>The body without its blocks, and each title with where it stood in that.</summary>
    /// <exception cref="InvalidDataException">A block is none.</exception>
    public static (byte[] Body, IReadOnlyList<(int At, string Title)> Titles) Read(ReadOnlySpan<byte> bytes, int interval)
    {
        var body = new List<byte>();
        var titles = new List<(int At, string Title)>();
        while (bytes.Length > interval)
        {
            body.AddRange(bytes[..interval]);
            var length = bytes[interval] * 16;
            bytes = bytes[(interval + 1)..];
            if (bytes.Length < length)
            {
                return ([.. body], titles); // the download was stopped within a block
            }

            if (length > 0)
            {
                titles.Add((body.Count, TitleOf(bytes[..length])));
            }

            bytes = bytes[length..];
        }

        body.AddRange(bytes);
        return ([.. body], titles);
    }

    /// <summary>The title of a block without its length. What stands behind it must be as few zeros as there can be.</summary>
    /// <exception cref="InvalidDataException">It is no such block.</exception>
    public static string TitleOf(ReadOnlySpan<byte> block)
    {
        var text = new UTF8Encoding(false, true).GetString(block);
        var end = text.IndexOf(Behind, StringComparison.Ordinal);
        var padding = end < 0 ? "" : text[(end + Behind.Length)..];
        return text.StartsWith(Before, StringComparison.Ordinal) && end >= 0 && padding.Length < 16 && padding.All(static c => c == '\0')
            ? text[Before.Length..end]
            : throw new InvalidDataException($"No title: {text}");
    }
}
