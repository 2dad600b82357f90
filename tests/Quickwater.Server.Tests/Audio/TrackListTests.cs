using System.Text;
using Quickwater.Audio;
using Quickwater.Core;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>Folders and playlists as people have them.</summary>
[Requirement("MED-6.4")]
public sealed class TrackListTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly AudioFormat s_mono = new(AudioEncoding.S16, 1, 48_000);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("MED-6.4/locations")]
    public async Task A_playlist_that_was_made_on_another_system_finds_its_files()
    {
        Wav("music/Grüße an Bob.wav");
        Wav("plain.wav");
        Wav("100%20.wav");
        Wav("moved.wav");
        var lines = string.Join("\r\n", @"music\Grüße an Bob.wav", "music/Gr%C3%BC%C3%9Fe%20an%20Bob.wav", "music/Gr%FC%DFe an Bob.wav",
            new Uri(Path.Combine(_folder.Path, "plain.wav")).AbsoluteUri, "file://plain.wav", @"D:\Music\moved.wav", "100%20.wav");
        foreach (var encoding in new[] { new UTF8Encoding(true), Encoding.Unicode })
        {
            var list = Path.Combine(_folder.Path, "list.m3u");
            await File.WriteAllBytesAsync(list, [.. encoding.GetPreamble(), .. encoding.GetBytes(lines)]);
            var played = await PlayedSource.OfAsync(list);
            Assert.Equal(["Grüße an Bob", "Grüße an Bob", "Grüße an Bob", "plain", "plain", "moved", "100%20"], played.Titles);
            Assert.Equal("", played.Condition.Problem);
        }

        var latin = Path.Combine(_folder.Path, "latin.m3u");
        await File.WriteAllBytesAsync(latin, Encoding.Latin1.GetBytes("#EXTINF:2,Für Bob\nmusic/Grüße an Bob.wav\n"));
        Assert.Equal(["Für Bob"], (await PlayedSource.OfAsync(latin)).Titles);
    }

    [Fact]
    [Requirement("MED-6.4/formats")]
    public async Task Pls_and_xspf_are_played_by_any_name()
    {
        Wav("a.wav");
        Wav("b.wav");
        foreach (var name in new[] { "list.pls", "list.m3u", "list", "list.txt" })
        {
            Assert.Equal(["Bee", "a"], (await PlayedSource.OfAsync(_folder.Write(name, "[playlist]\nFile1=b.wav\nTitle1=Bee\nFile2=a.wav\n"))).Titles);
            Assert.Equal(["Jay - Ay"], (await PlayedSource.OfAsync(_folder.Write(
                name, "<?xml version=\"1.0\"?><playlist><trackList><track><location>a.wav</location><title>Ay</title><creator>Jay</creator></track></trackList></playlist>"))).Titles);
        }
    }

    [Fact]
    public async Task What_a_playlist_names_and_nobody_can_play_is_told_with_its_reason()
    {
        Wav("a.wav");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "album"));
        _folder.Write("other.m3u", "a.wav\n");
        foreach (var (line, why, words) in new[]
        {
            ("http://radio.example/a.mp3", Reason.UnsupportedFormat, "http://radio.example/a.mp3: a media format that is not supported here: it is an address in a network"), ("album", Reason.UnsupportedFormat, "it is a folder"),
            ("other.m3u", Reason.UnsupportedFormat, "it is a playlist"), ("missing.wav", Reason.StorageFault, "missing.wav"),
        })
        {
            var played = await PlayedSource.OfAsync(_folder.Write("list.m3u", $"a.wav\n{line}\na.wav\n"));
            Assert.Equal(["a", "a"], played.Titles);
            Assert.Equal(why, played.Condition.Why);
            Assert.Contains(words, played.Condition.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Requirement("MED-6.4/subfolders")]
    public void A_folder_is_played_with_the_folders_in_it_and_without_what_is_hidden()
    {
        foreach (var name in new[] { "b.wav", "B2.wav", "a/2.wav", "a/1.flac", "c/d/e.MP3", ".hidden.wav", ".git/x.wav" })
        {
            Wav(name);
        }

        _folder.Write("notes.txt", "none");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "circle"), _folder.Path);
        var list = TrackList.Of(_folder.Path);
        Assert.Equal(["a/1.flac", "a/2.wav", "b.wav", "B2.wav", "c/d/e.MP3"], list.Tracks.Select(track => Path.GetRelativePath(_folder.Path, track.Path)));
        Assert.Equal("folders that are links: 1", list.Remark);
    }

    [Fact]
    [Requirement("AUD-9.5")]
    public async Task A_source_without_anything_to_play_says_what_it_has_instead()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "folder")).FullName;
        await SaysAsync(folder, "the folder has no files");
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        await SaysAsync(folder, "the folder has no files");
        _folder.Write("folder/empty/notes.txt", "none");
        await SaysAsync(folder, "the folder has no audio files, files of other kinds: 1");
        await SaysAsync(_folder.Write("list.m3u", "#EXTM3U\n# nothing yet\n\n"), "the playlist has no entries");
        await SaysAsync(_folder.Write("list.xspf", "<playlist><trackList/></playlist>"), "the playlist has no entries");
        await SaysAsync(_folder.Write("cut.xspf", "<playlist><trackList>"), "the playlist breaks off");
        Wav("silent.wav", frames: 0);
        await SaysAsync(Path.Combine(_folder.Path, "silent.wav"), "there is nothing in it that could be played");

        async Task SaysAsync(string source, string words)
        {
            var played = await PlayedSource.OfAsync(source);
            Assert.Equal((Reason.NoAudio, Reason.NoAudio), (played.Ended, played.Condition.Why));
            Assert.StartsWith($"{source}: ", played.Condition.Problem, StringComparison.Ordinal);
            Assert.Contains(words, played.Condition.Problem, StringComparison.Ordinal);
            Assert.Empty(played.Parts);
        }
    }

    [Fact]
    [Requirement("MED-6.4/reload")]
    public async Task A_folder_and_a_playlist_are_read_anew_each_time_round()
    {
        Wav("folder/a.wav");
        Wav("c.wav");
        Wav("d.wav");
        var list = _folder.Write("list.m3u", "c.wav\n");
        await using var server = await RunningServer.StartAsync($"audio.stations=folder={Path.Combine(_folder.Path, "folder")},list={list}", "audio.lagMax=5m");
        var audio = server.Server.Audio ?? throw new InvalidOperationException("Audio is off.");
        using var folder = await TestListener.ConnectAsync(audio, "folder");
        using var playlist = await TestListener.ConnectAsync(audio, "list");
        await Until.HoldsAsync(() => folder.Playing == "a" && playlist.Playing == "c", s_patience, "what is there plays");
        Wav("folder/b.wav");
        File.Move(_folder.Write("next.m3u", "d.wav\n"), list, overwrite: true);
        await Until.HoldsAsync(() => folder.Playing == "b", s_patience, "and what came since");
        await Until.HoldsAsync(() => playlist.Playing == "d", s_patience, "and what the playlist names now");
    }

    public void Dispose() => _folder.Dispose();

    private void Wav(string name, int frames = 4800)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "");
        File.WriteAllBytes(path, Sound.Wav(s_mono, Sound.Sweep(frames)));
    }
}
