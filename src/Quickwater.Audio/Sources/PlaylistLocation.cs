using System.Buffers;
using System.Text;

namespace Quickwater.Audio;

/// <summary>
/// What a playlist's entry may mean as a path. Playlists are moved from one system to another, and programs write names in many ways: so there are several candidates, in the order in which to try them, and the first
/// that is there is meant. It looks at no disk.
/// </summary>
public static class PlaylistLocation
{
    private const string FileScheme = "file:";

    private static readonly SearchValues<char> s_ofScheme = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

    /// <summary>Whether it is an address in a network, such as <c>http://...</c>: no file.</summary>
    public static bool IsNetworkAddress(string location)
    {
        var end = location.IndexOf("://", StringComparison.Ordinal);
        return end > 1 && char.IsAsciiLetter(location[0]) && location.AsSpan(0, end).IndexOfAnyExcept(s_ofScheme) < 0
            && !location.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Paths that it may mean, absolute or from the playlist's folder; none for an address in a network. With slashes, and as it is written.</summary>
    public static IReadOnlyList<string> Candidates(string location)
    {
        if (IsNetworkAddress(location))
        {
            return [];
        }

        var paths = new List<string>();
        if (location.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var path in OfUri(location[FileScheme.Length..]))
            {
                Add(paths, Unescape(path));
                Add(paths, path);
            }
        }
        else
        {
            Add(paths, location);
            Add(paths, Unescape(location));
        }

        foreach (var path in paths.ToArray())
        {
            Add(paths, path.Replace('\\', '/'));
        }

        // A drive or a share of another machine: the file may lie beside the playlist.
        foreach (var path in paths.ToArray())
        {
            if (IsOfWindows(path))
            {
                Add(paths, path[(path.AsSpan().LastIndexOfAny('\\', '/') + 1)..]);
            }
        }

        return paths;
    }

    // file:///a/b, file://localhost/a/b, file:/a/b, file:///C:/a/b; and what is wrong, but met: file://a/b for a path from the playlist's folder, file://C:/a.
    private static IEnumerable<string> OfUri(string rest)
    {
        const string Localhost = "localhost/";
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            yield return rest;
            yield break;
        }

        var path = rest[2..];
        if (path.StartsWith(Localhost, StringComparison.OrdinalIgnoreCase))
        {
            path = path[(Localhost.Length - 1)..];
        }

        if (path.Length > 2 && path[0] == '/' && IsOfWindows(path[1..]))
        {
            yield return path[1..];
        }

        yield return path;
    }

    private static bool IsOfWindows(string path) =>
        (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '\\' or '/') || path.StartsWith(@"\\", StringComparison.Ordinal);

    // %20 and the like, in whatever encoding the bytes are. What is no such thing stays.
    private static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var written = Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(written.Length);
        for (var at = 0; at < written.Length; at++)
        {
            var isEscape = written[at] == '%' && at + 2 < written.Length && char.IsAsciiHexDigit((char)written[at + 1]) && char.IsAsciiHexDigit((char)written[at + 2]);
            bytes.Add(isEscape ? (byte)((Digit(written[at + 1]) << 4) | Digit(written[at + 2])) : written[at]);
            at += isEscape ? 2 : 0;
        }

        return PlaylistText.Decode([.. bytes]);
    }

    private static int Digit(byte hex) => char.IsAsciiDigit((char)hex) ? hex - '0' : (hex | 0x20) - 'a' + 10;

    private static void Add(List<string> paths, string path)
    {
        if (path.Length > 0 && !paths.Contains(path))
        {
            paths.Add(path);
        }
    }
}
