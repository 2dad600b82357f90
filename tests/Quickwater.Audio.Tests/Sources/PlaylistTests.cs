using System.Text;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Audio.Tests;

/// <summary>Playlists as people have them.</summary>
[Requirement("MED-6.4/formats")]
public sealed class PlaylistTests
{
    [Fact]
    public void M3u_gives_files_with_the_titles_that_stand_before_them()
    {
        var list = Read(Encoding.UTF8.GetBytes(
            "#EXTM3U\r\n#PLAYLIST:Mine\r\n#EXTINF:123 tvg-id=\"a,b\",Artist - Title, live\r\nmusic/one.mp3\r\n\r\n  # remark\r\n two.mp3 \r\n#extinf:-1,Three\nthree.mp3\r"));
        Assert.Equal([("music/one.mp3", "Artist - Title, live"), ("two.mp3", ""), ("three.mp3", "Three")], list);
    }

    [Fact]
    public void Pls_gives_files_by_their_numbers_with_their_titles()
    {
        var list = Read("[Playlist]\r\nNumberOfEntries=3\r\nFile10 = last.mp3\r\nTitle2=Second\r\nfile2=b=c.mp3\r\nFile1=first.mp3\r\nLength1=-1\r\nTitle10=Last\r\nVersion=2\r\nFileX=no\r\nFile11=\r\n"u8);
        Assert.Equal([("first.mp3", ""), ("b=c.mp3", "Second"), ("last.mp3", "Last")], list);
    }

    [Fact]
    public void Xspf_gives_the_first_location_of_each_track()
    {
        var list = Read("""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE playlist [ <!ENTITY x "y"> ]>
            <playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Mine</title><trackList>
              <track><location>file:///music/a%20b.flac</location><location>http://other/</location><title>A &amp; B</title><creator>Me</creator></track>
              <track><title><![CDATA[Plain]]></title><extension><location>no.mp3</location></extension><location>
                c.mp3 </location></track>
              <track/><track><location/></track>
            </trackList></playlist>
            """u8);
        Assert.Equal([("file:///music/a%20b.flac", "Me - A & B"), ("c.mp3", "Plain")], list);
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("latin1", false)]
    public void The_bytes_tell_the_encoding(string name, bool marked)
    {
        const string Text = "#EXTM3U\r\n#EXTINF:1,Grüße\r\nÜber Façade.mp3\r\n";
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. marked ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)];
        Assert.Equal([("Über Façade.mp3", "Grüße")], Read(bytes));
        Assert.True(Playlist.IsCertain(bytes));
    }

    [Fact]
    public void Quotes_and_dashes_of_windows_are_read()
    {
        byte[] bytes = [.. "Don"u8, 0x92, .. "t "u8, 0x96, .. " 5 "u8, 0x80, .. ".mp3"u8];
        Assert.Equal([("Don\u2019t \u2013 5 \u20AC.mp3", "")], Read(bytes));
    }

    [Fact]
    public void What_it_is_the_bytes_say_and_a_plain_list_of_files_only_its_name()
    {
        Assert.True(Playlist.IsCertain(" \r\n[playlist]\n"u8));
        Assert.True(Playlist.IsCertain("<?xml version='1.0'?><playlist xmlns='http://xspf.org/ns/0/'>"u8));
        Assert.False(Playlist.IsCertain("<?xml version='1.0'?><html>"u8));
        Assert.False(Playlist.IsCertain("one.mp3\ntwo.mp3\n"u8));
        Assert.False(Playlist.IsCertain("RIFF\u0001\u0000\u0000\u0000WAVE"u8));
        Assert.False(Playlist.IsCertain([]));
        Assert.Equal([("a.mp3", "")], Read("a.mp3"u8));
        Assert.Empty(Read([]));
    }

    [Fact]
    public void Xml_that_breaks_off_gives_what_stands_before_and_says_so()
    {
        var playlist = Playlist.Read("<playlist><trackList><track><location>a.mp3</location></track><track><location>b.m"u8);
        Assert.Equal("a.mp3", Assert.Single(playlist.Entries).Location);
        Assert.True(playlist.IsCut);
        Assert.False(Playlist.Read("<playlist></playlist>"u8).IsCut);
    }

    [Fact]
    public void More_entries_than_anybody_has_are_cut_and_it_says_so()
    {
        var lines = new StringBuilder().Insert(0, "a.mp3\n", Playlist.EntriesMax);
        Assert.False(Playlist.Read(Encoding.UTF8.GetBytes(lines.ToString())).IsCut);
        var playlist = Playlist.Read(Encoding.UTF8.GetBytes(lines.Append("b.mp3\n").ToString()));
        Assert.True(playlist.IsCut);
        Assert.Equal(Playlist.EntriesMax, playlist.Entries.Count);
    }

    [Theory]
    [InlineData("music/one.mp3", "music/one.mp3")]
    [InlineData(@"music\one.mp3", @"music\one.mp3", "music/one.mp3")]
    [InlineData(@".\one.mp3", @".\one.mp3", "./one.mp3")]
    [InlineData("a%20b.mp3", "a%20b.mp3", "a b.mp3")]
    [InlineData("100%.mp3", "100%.mp3")]
    [InlineData("%2520.mp3", "%2520.mp3", "%20.mp3")]
    [InlineData("%C3%BC.mp3", "%C3%BC.mp3", "ü.mp3")]
    [InlineData("%FC.mp3", "%FC.mp3", "ü.mp3")]
    [InlineData("file:///music/a%20b.mp3", "/music/a b.mp3", "/music/a%20b.mp3")]
    [InlineData("file://localhost/music/a.mp3", "/music/a.mp3")]
    [InlineData("file:/music/a.mp3", "/music/a.mp3")]
    [InlineData("FILE:///music/a.mp3", "/music/a.mp3")]
    [InlineData("file://a.mp3", "a.mp3")]
    [InlineData("file:///C:/Music/a%20b.mp3", "C:/Music/a b.mp3", "C:/Music/a%20b.mp3", "/C:/Music/a b.mp3", "/C:/Music/a%20b.mp3", "a b.mp3", "a%20b.mp3")]
    [InlineData(@"C:\Music\one.mp3", @"C:\Music\one.mp3", "C:/Music/one.mp3", "one.mp3")]
    [InlineData(@"\\nas\music\one.mp3", @"\\nas\music\one.mp3", "//nas/music/one.mp3", "one.mp3")]
    [InlineData("Track 1: x.mp3", "Track 1: x.mp3")]
    [Requirement("MED-6.4/locations")]
    public void A_location_may_mean_these_paths_in_this_order_and_no_others(string location, params string[] paths) =>
        Assert.Equal(paths, PlaylistLocation.Candidates(location));

    [Theory]
    [InlineData("http://radio.example/a.mp3", true)]
    [InlineData("rtsp://x", true)]
    [InlineData("file:///a.mp3", false)]
    [InlineData("C://a.mp3", false)]
    [InlineData("what is this://a.mp3", false)]
    public void Addresses_in_a_network_are_no_files(string location, bool isNetwork)
    {
        Assert.Equal(isNetwork, PlaylistLocation.IsNetworkAddress(location));
        Assert.Equal(isNetwork, PlaylistLocation.Candidates(location).Count == 0);
    }

    [Fact]
    public void Noise_never_throws()
    {
        var rng = new Rng(17);
        byte[][] samples = ["#EXTM3U\n#EXTINF:1,a\nb%20c.mp3\n"u8.ToArray(), "[playlist]\nFile1=a\nTitle1=b\n"u8.ToArray(), "<playlist><trackList><track><location>a</location></track></trackList></playlist>"u8.ToArray()];
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])samples[rng.Below(samples.Length)].Clone();
            for (var wrong = rng.Below(10); wrong > 0; wrong--)
            {
                bytes[rng.Below(bytes.Length)] = (byte)rng.Below(256);
            }

            Assert.All(Playlist.Read(bytes).Entries, static entry => PlaylistLocation.Candidates(entry.Location));
        }
    }

    private static (string Location, string Title)[] Read(ReadOnlySpan<byte> bytes) => [.. Playlist.Read(bytes).Entries.Select(static entry => (entry.Location, entry.Title))];
}
