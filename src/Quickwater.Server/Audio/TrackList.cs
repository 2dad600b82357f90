namespace Quickwater.Server;

/// <summary>What a station's source names: a file, the audio files of a folder, or those of a playlist.</summary>
internal static class TrackList
{
    // More than anybody collects, and some MB of paths at most.
    private const int TracksMax = 100_000;
    private const int PlaylistBytesMax = 4 << 20;

    private static readonly string[] s_extensions =
        [".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".w64", ".rf64", ".caf", ".pcm", ".raw"];

    /// <summary>The files, in the order they are played: a folder's by name, a playlist's as they stand in it.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public static IReadOnlyList<string> Of(string source)
    {
        if (Directory.Exists(source))
        {
            return
            [
                .. Directory.EnumerateFiles(source)
                    .Where(static path => s_extensions.Contains(Path.GetExtension(path).ToLowerInvariant(), StringComparer.Ordinal))
                    .Order(StringComparer.OrdinalIgnoreCase).Take(TracksMax),
            ];
        }

        if (Path.GetExtension(source).ToLowerInvariant() is not (".m3u" or ".m3u8"))
        {
            return [source];
        }

        if (NamedPipe.TryOpen(source) is { } pipe)
        {
            pipe.Dispose();
            throw new IOException("A named pipe cannot be a playlist; one that gives samples needs another name.");
        }

        if (new FileInfo(source) is { Exists: true, Length: > PlaylistBytesMax })
        {
            throw new IOException($"The playlist is longer than {PlaylistBytesMax} bytes.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(source)) ?? "";
        return
        [
            .. File.ReadLines(source).Select(static line => line.Trim('\uFEFF', ' ', '\t', '\r'))
                .Where(static line => line.Length > 0 && line[0] != '#') // #EXTM3U, #EXTINF
                .Take(TracksMax).Select(line => Path.Combine(folder, line)),
        ];
    }
}
