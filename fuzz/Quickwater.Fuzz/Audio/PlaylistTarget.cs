using System.Text;
using Quickwater.Audio;
using Quickwater.Core;

namespace Quickwater.Fuzz;

/// <summary>Playlists of all kinds and encodings, and the paths that their entries may mean.</summary>
internal sealed class PlaylistTarget() : CodecTarget(
    Encoding.UTF8.GetBytes("#EXTM3U\r\n#EXTINF:123 k=\"a,b\",Ar – Ti\r\nmusic\\a%20b.mp3\r\nfile:///C:/x/%FC.mp3\r\n"), [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("\\\\nas\\a.mp3\nhttp://x/y\n")],
    "[playlist]\nFile2=b.mp3\nTitle2=B\nfile1=file://localhost/a%2520.mp3\nNumberOfEntries=2\n"u8.ToArray(),
    "<?xml version=\"1.0\"?><playlist><trackList><track><location>a%C3%BC.mp3</location><title><![CDATA[A]]></title><creator>&#66;&amp;</creator></track><track/></trackList></playlist>"u8.ToArray())
{
    /// <inheritdoc/>
    public override string Name => "playlist";

    /// <inheritdoc/>
    public override string Description => "playlists: M3U, PLS, XSPF, and locations";

    /// <inheritdoc/>
    protected override Reason Read(byte[] input, Rng rng)
    {
        var playlist = Playlist.Read(input);
        _ = Playlist.IsCertain(input);
        Check(playlist.Entries.Count <= input.Length, $"it made {playlist.Entries.Count} entries of {input.Length} bytes");
        foreach (var entry in playlist.Entries)
        {
            var paths = PlaylistLocation.Candidates(entry.Location);
            Check(entry.Location.Length > 0 && (paths.Count > 0 || PlaylistLocation.IsNetworkAddress(entry.Location) || entry.Location.StartsWith("file:", StringComparison.OrdinalIgnoreCase)), "it leads nowhere");
        }

        return playlist.IsCut ? Reason.MalformedContainer : Reason.None;
    }
}
