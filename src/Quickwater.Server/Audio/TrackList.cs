using System.IO.Enumeration;
using Quickwater.Audio;

namespace Quickwater.Server;

/// <summary>What a station's source names: a file, the audio files of a folder and the folders in it, or those of a playlist.</summary>
/// <param name="Tracks">The files, in the order they are played: a folder's by name, a playlist's as they stand in it.</param>
/// <param name="Remark">What is not among them and why, in words; empty when that is nothing.</param>
internal sealed record TrackList(IReadOnlyList<SourceTrack> Tracks, string Remark)
{
    // More than anybody collects, and some MB of paths at most.
    private const int TracksMax = Playlist.EntriesMax;
    private const int PlaylistBytesMax = 4 << 20;

    // Artist, album, disc, and as many again.
    private const int DepthMax = 8;

    // Of what is no audio: so many are looked at to see whether a file without one of the names below is a playlist.
    private const int BeginningBytes = 512;

    private static readonly string[] s_extensions =
    [
        ".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".aif", ".aiff", ".aifc", ".au", ".snd", ".w64", ".rf64", ".bw64", ".caf", ".voc", ".pcm", ".raw",
    ];

    private static readonly string[] s_playlists = [".m3u", ".m3u8", ".pls", ".xspf"];

    /// <summary>Reads the folder or the playlist, as it is now.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public static TrackList Of(string source)
    {
        if (Directory.Exists(source))
        {
            return OfFolder(source);
        }

        var isPlaylist = IsPlaylistName(source);
        if (NamedPipe.IsAt(source))
        {
            return !isPlaylist ? new TrackList([SourceTrack.Of(source)], "")
                : throw new IOException("A named pipe cannot be a playlist; one that gives samples needs another name.");
        }

        return isPlaylist || IsPlaylist(source) ? OfPlaylist(source) : new TrackList([SourceTrack.Of(source)], "");
    }

    /// <summary>Whether a file that is there is a playlist, by its name or its first bytes.</summary>
    public static bool IsPlaylist(string path)
    {
        if (IsPlaylistName(path))
        {
            return true;
        }

        if (!File.Exists(path) || s_extensions.Contains(Path.GetExtension(path).ToLowerInvariant(), StringComparer.Ordinal))
        {
            return false;
        }

        Span<byte> beginning = stackalloc byte[BeginningBytes];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        return Playlist.IsCertain(beginning[..file.Read(beginning)]);
    }

    private static bool IsPlaylistName(string path) => s_playlists.Contains(Path.GetExtension(path).ToLowerInvariant(), StringComparer.Ordinal);

    // Folders that are links are not looked into: they may lead in a circle.
    private static TrackList OfFolder(string source)
    {
        var (others, links) = (0, 0);
        var files = new FileSystemEnumerable<string>(
            source, static (ref entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = DepthMax, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldRecursePredicate = (ref entry) => !IsHidden(entry.FileName) && !IsLink(ref entry),
            ShouldIncludePredicate = (ref entry) =>
            {
                if (entry.IsDirectory || IsHidden(entry.FileName))
                {
                    links += entry.IsDirectory && IsLink(ref entry) ? 1 : 0;
                    return false;
                }

                var isAudio = s_extensions.Contains(Path.GetExtension(entry.FileName).ToString().ToLowerInvariant(), StringComparer.Ordinal);
                others += isAudio ? 0 : 1;
                return isAudio;
            },
        }.Take(TracksMax + 1).Order(StringComparer.OrdinalIgnoreCase).ToList();
        var remarks = new List<string>();
        Remark(files.Count > TracksMax, $"only the first {TracksMax} files are played");
        Remark(links > 0, $"folders that are links: {links}");
        Remark(files.Count == 0, others == 0 ? "the folder has no files" : $"the folder has no audio files, files of other kinds: {others}");
        return new TrackList([.. files.Take(TracksMax).Select(SourceTrack.Of)], string.Join("; ", remarks));

        void Remark(bool holds, string text)
        {
            if (holds)
            {
                remarks.Add(text);
            }
        }
    }

    private static bool IsHidden(ReadOnlySpan<char> name) => name.StartsWith('.');

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static TrackList OfPlaylist(string source)
    {
        if (new FileInfo(source) is { Exists: true, Length: > PlaylistBytesMax })
        {
            throw new IOException($"The playlist is longer than {PlaylistBytesMax} bytes.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(source)) ?? "";
        var playlist = Playlist.Read(File.ReadAllBytes(source));
        return new TrackList(
            [
                .. playlist.Entries.Select(entry => new SourceTrack(
                    [.. PlaylistLocation.Candidates(entry.Location).Select(path => Path.Combine(folder, path))], entry.Title, entry.Location)),
            ],
            playlist.IsCut ? "the playlist breaks off or is too long, and its end is left out" : playlist.Entries.Count == 0 ? "the playlist has no entries" : "");
    }
}
