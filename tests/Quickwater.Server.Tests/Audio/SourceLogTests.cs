using System.Text.Json;
using System.Text.RegularExpressions;
using Quickwater.Audio;
using Quickwater.Testing;

namespace Quickwater.Server.Tests;

/// <summary>What the log, the status and the metrics say of stations' sources.</summary>
public sealed class SourceLogTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly AudioFormat s_mono = new(AudioEncoding.S16, 1, 8000);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    [Requirement("AUD-9.5")]
    public async Task Tracks_of_a_few_milliseconds_are_counted_and_not_listed()
    {
        const int Files = 50, Rounds = 20;
        for (var i = 0; i < Files; i++)
        {
            Wav($"jingle{i}.wav", frames: 80); // 10 ms
        }

        var server = await ServeAsync($"jingles={_folder.Path}");
        await using (server)
        {
            using var listener = await ListenAsync(server, "jingles");
            await Until.HoldsAsync(() => listener.Samples.Length > Rounds * Files * 160, s_patience, "thousands of tracks were heard");
        }

        Assert.InRange(Regex.Count(server.Lines, "Station jingles plays "), 1, 30);
        Assert.Matches(@"Station jingles: \d+ more lines about what it plays, or cannot play, were left out", server.Lines);
    }

    [Fact]
    [Requirement("AUD-9.5")]
    public async Task A_playlist_of_files_that_are_gone_does_not_fill_the_log()
    {
        var list = _folder.Write("list.m3u", string.Concat(Enumerable.Range(0, 5000).Select(static i => $"gone{i}.wav\n")));
        var server = await ServeAsync($"gone={list}");
        await using (server)
        {
            await Until.HoldsAsync(
                () => server.Client.GetStringAsync(server.Admin("/metrics")),
                static text => Regex.IsMatch(text, @"quickwater_station_source_problems_total\{reason=""storage_fault"",station=""gone""\} (?:[5-9]\d{3}|\d{5,})"), s_patience, "all of them were tried");
        }

        Assert.InRange(Regex.Count(server.Lines, "Station gone cannot play "), 1, 30);
        Assert.Matches(@"Station gone: \d+ more lines about", server.Lines);
    }

    [Fact]
    [Requirement("AUD-9.5")]
    public async Task A_track_is_said_to_play_when_it_is_heard_and_not_when_it_was_read()
    {
        const int Seconds = 60; // less than is read ahead, and more than the test takes
        Wav("1.wav", Seconds * s_mono.Rate);
        Wav("2.wav", s_mono.Rate);
        await using var server = await ServeAsync($"speech[loop=false]={_folder.Path}");
        using var listener = await ListenAsync(server, "speech");
        await Until.HoldsAsync(() => listener.Samples.Length > 0, s_patience, "the first is heard");
        var station = await Until.HoldsAsync(
            async () =>
            {
                using var report = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/stations")));
                return report.RootElement.GetProperty("stations")[0].Clone();
            },
            static one => Text(one.GetProperty("sources")[0], "path")?.EndsWith("2.wav", StringComparison.Ordinal) == true, s_patience, "the second is read");
        Assert.EndsWith("1.wav", Text(station, "playing"), StringComparison.Ordinal);
        Assert.Equal("1", listener.Playing);
        Assert.Matches(@"Station speech plays \S*1\.wav: s16", server.Lines);
        Assert.DoesNotMatch(@"Station speech plays \S*2\.wav", server.Lines);
    }

    [Fact]
    [Requirement("AUD-9.4", "AUD-9.5")]
    public async Task A_station_without_audio_says_why_in_log_status_and_metrics()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName;
        Wav("pause.wav", 800);
        await using var server = await ServeAsync($"silent[fallback={Path.Combine(_folder.Path, "pause.wav")}]={folder}");
        await Until.HoldsAsync(() => server.Lines.Contains($"Station silent cannot play {folder}: there is nothing in it that could be played: the folder has no files [no_audio]", StringComparison.Ordinal), s_patience, "the log says it");
        JsonElement[] sources = [];
        await Until.HoldsAsync(
            async () =>
            {
                using var report = JsonDocument.Parse(await server.Client.GetStringAsync(server.Admin("/api/v1/stations")));
                return sources = [.. report.RootElement.GetProperty("stations")[0].GetProperty("sources").EnumerateArray().Select(static one => one.Clone())];
            },
            static all => Text(all[0], "state") == "failed", s_patience, "and so does the status");
        Assert.Equal((folder, "no_audio"), (Text(sources[0], "source"), Text(sources[0], "reason")));
        Assert.Contains("the folder has no files", Text(sources[0], "problem"), StringComparison.Ordinal);
        Assert.True(sources[0].GetProperty("problems").GetProperty("no_audio").GetInt64() > 0);
        Assert.Equal(("playing", ""), (Text(sources[1], "state"), Text(sources[1], "reason")));
        Assert.Matches(@"quickwater_station_source_problems_total\{reason=""no_audio"",station=""silent""\} \d", await server.Client.GetStringAsync(server.Admin("/metrics")));

        // What everybody may see names no paths.
        Assert.DoesNotContain(_folder.Path, await server.Client.GetStringAsync(server.Http("/stations.json")), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static Task<RunningServer> ServeAsync(string station) => RunningServer.StartAsync($"audio.stations={station}", "audio.lagMax=5m", "audio.stallMax=10m");

    private static Task<TestListener> ListenAsync(RunningServer server, string station) =>
        TestListener.ConnectAsync(server.Server.Audio ?? throw new InvalidOperationException("Audio is off."), station);

    private void Wav(string name, int frames) => File.WriteAllBytes(Path.Combine(_folder.Path, name), Sound.Wav(s_mono, Sound.Sweep(frames)));
}
