using System.Globalization;
using System.Xml;
using Quickwater.Core;

namespace Quickwater.Audio;

/// <summary>
/// A playlist as people have them: M3U with or without EXTINF, PLS, XSPF; in UTF-8, UTF-16, Latin-1 or Windows-1252. What it is, its bytes say, never its name. What cannot be understood is left out. It does no I/O.
/// </summary>
/// <remarks>
/// http://gonze.com/playlists/playlist-format-survey.html describes M3U and PLS, https://xspf.org/spec XSPF.
/// </remarks>
public sealed class Playlist
{
    /// <summary>Entries of one playlist; more are left out, and <see cref="IsCut"/> says so.</summary>
    public const int EntriesMax = 100_000;

    // Enough for what stands before the first element of an XSPF file.
    private const int BeginningMax = 400;

    private readonly List<PlaylistEntry> _entries = [];

    private Playlist()
    {
    }

    /// <summary>What it lists, in its order.</summary>
    public IReadOnlyList<PlaylistEntry> Entries => _entries;

    /// <summary>Whether there is more than was read: too many entries, or XML that breaks off.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether these are the first bytes of something that is a playlist for certain. A plain M3U without any mark is not: only its name tells.</summary>
    public static bool IsCertain(ReadOnlySpan<byte> beginning)
    {
        var text = PlaylistText.Decode(beginning[..Math.Min(beginning.Length, BeginningMax)]).AsSpan().TrimStart();
        return text.StartsWith("#EXTM3U", StringComparison.OrdinalIgnoreCase) || IsPls(text) || (IsXml(text) && text.Contains("<playlist", StringComparison.Ordinal));
    }

    /// <summary>Reads one from its bytes.</summary>
    public static Playlist Read(ReadOnlySpan<byte> bytes)
    {
        var playlist = new Playlist();
        var text = PlaylistText.Decode(bytes);
        var beginning = text.AsSpan().TrimStart();
        if (IsXml(beginning))
        {
            playlist.ReadXspf(text[(text.Length - beginning.Length)..]);
        }
        else if (IsPls(beginning))
        {
            playlist.ReadPls(text);
        }
        else
        {
            playlist.ReadM3u(text);
        }

        return playlist;
    }

    private static bool IsPls(ReadOnlySpan<char> text) => text.StartsWith("[playlist]", StringComparison.OrdinalIgnoreCase);

    private static bool IsXml(ReadOnlySpan<char> text) => text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<playlist", StringComparison.Ordinal);

    private void Add(ReadOnlySpan<char> location, ReadOnlySpan<char> title)
    {
        IsCut |= _entries.Count >= EntriesMax;
        if (!IsCut && !location.IsEmpty)
        {
            _entries.Add(new PlaylistEntry(location.ToString(), title.ToString()));
        }
    }

    private void ReadM3u(ReadOnlySpan<char> text)
    {
        const string Extended = "#EXTINF:";
        ReadOnlySpan<char> title = [];
        foreach (var untrimmed in text.EnumerateLines())
        {
            var line = Trim(untrimmed);
            if (line.StartsWith(Extended, StringComparison.OrdinalIgnoreCase))
            {
                title = TitleOf(line[Extended.Length..]);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                Add(line, title);
                title = [];
            }
        }
    }

    // 123 key="a, b",Artist - Title
    private static ReadOnlySpan<char> TitleOf(ReadOnlySpan<char> information)
    {
        var quoted = false;
        for (var at = 0; at < information.Length; at++)
        {
            quoted ^= information[at] == '"';
            if (information[at] == ',' && !quoted)
            {
                return Trim(information[(at + 1)..]);
            }
        }

        return [];
    }

    // File3=..., Title3=...; by their numbers, in whatever order they stand.
    private void ReadPls(ReadOnlySpan<char> text)
    {
        var files = new SortedDictionary<int, string>();
        var titles = new Dictionary<int, string>();
        foreach (var untrimmed in text.EnumerateLines())
        {
            var line = Trim(untrimmed);
            var equals = line.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            var key = Trim(line[..equals]);
            var value = Trim(line[(equals + 1)..]).ToString();
            if (Number(key, "File") is { } file && (files.Count < EntriesMax || files.ContainsKey(file)))
            {
                files[file] = value;
            }
            else if (Number(key, "Title") is { } title && titles.Count < EntriesMax)
            {
                titles[title] = value;
            }
            else
            {
                IsCut |= Number(key, "File") is not null;
            }
        }

        var isCut = IsCut;
        IsCut = false;
        foreach (var (number, file) in files)
        {
            Add(file, titles.GetValueOrDefault(number, ""));
        }

        IsCut |= isCut;
    }

    private static int? Number(ReadOnlySpan<char> key, string name) =>
        key.StartsWith(name, StringComparison.OrdinalIgnoreCase) && int.TryParse(key[name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void ReadXspf(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, CheckCharacters = false });
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "track", IsEmptyElement: false })
                {
                    ReadTrack(reader);
                }
            }
        }
        catch (XmlException)
        {
            IsCut = true; // what stands before is good
        }
    }

    // The first location of a track is the one to take; the others are there for whoever cannot.
    private void ReadTrack(XmlReader reader)
    {
        var (depth, location, title, creator) = (reader.Depth, "", "", "");
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Depth != depth + 1)
            {
                continue;
            }

            switch (reader.LocalName)
            {
                case "location" when location.Length == 0:
                    location = TextOf(reader);
                    break;
                case "title":
                    title = TextOf(reader);
                    break;
                case "creator":
                    creator = TextOf(reader);
                    break;
            }
        }

        Add(location, creator.Length > 0 && title.Length > 0 ? $"{creator} - {title}" : title);
    }

    // Up to the element's end, where the reader stays.
    private static string TextOf(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return "";
        }

        var (depth, text) = (reader.Depth, "");
        while (reader.Read() && reader.Depth > depth)
        {
            text = text.Length == 0 && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? reader.Value : text;
        }

        return Trim(text).ToString();
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim("\uFEFF \t\r\n\0");
}
