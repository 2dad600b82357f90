using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>Stations, taken by the programs that people take them with.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class AudioTests(ITestOutputHelper output)
{
    private const int SpeechBytesPerSecond = 96_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolFact("ffmpeg")]
    [Requirement("AUD-5.6")]
    public async Task FFmpeg_has_every_sample_of_the_source()
    {
        using var files = new TemporaryFolder();
        var speech = await SpeechAsync(files, "speech.wav", 5, 300);
        await using var server = await ServeAsync($"speech={files["speech.wav"]}");
        await using var taking = Child.Start("ffmpeg", "-v", "error", "-nostdin", "-i", server.WavUrl("speech"), "-t", "8", "-f", "s16le", files["taken.raw"]);
        Assert.Equal((0, ""), (await taking.ExitAsync(Patience), taking.Error.Text));
        var taken = await File.ReadAllBytesAsync(files["taken.raw"]);
        Assert.Equal(8 * SpeechBytesPerSecond, taken.Length);
        AssertIsRound(speech, taken);
        await LeftAsync(server);
    }

    [ToolFact("ffplay", "env")]
    public async Task Ffplay_plays_a_station_to_its_end()
    {
        const int Seconds = 15; // so that it is not over before the player is there
        using var files = new TemporaryFolder();
        await SpeechAsync(files, "speech.wav", Seconds, 300);
        await using var server = await ServeAsync($"speech[loop=false;burst=30s]={files["speech.wav"]}");
        await using var player = Child.Start(
            "env", "SDL_AUDIODRIVER=dummy", "ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-nostats", server.WavUrl("speech"));
        Assert.Equal((0, ""), (await player.ExitAsync(Patience), player.Error.Text));
        await LeftAsync(server);
        var metrics = await server.MetricsAsync();
        Assert.Equal(1, metrics.Sum("quickwater_station_closed_total", "station=\"speech\"", "reason=\"stream_ended\""));
        Assert.InRange(metrics.Sum("quickwater_station_frames_total", "outcome=\"delivered\""), 1, Seconds * 50);
        Assert.Equal(0, metrics.Sum("quickwater_station_frames_total", "outcome=\"dropped\""));
    }

    [ToolFact("ffmpeg", "curl")]
    public async Task Curl_gets_titles_in_their_places_and_the_samples_between_them_untouched()
    {
        using var files = new TemporaryFolder();
        Directory.CreateDirectory(files["album"]);
        byte[] one = await SpeechAsync(files, "album/One.wav", 2, 300), two = await SpeechAsync(files, "album/Two.wav", 2, 500);
        await using var server = await ServeAsync($"speech={files["album"]}");
        await using var curl = Child.Start(
            "curl", "-s", "-m", "9", "-H", "Icy-MetaData: 1", "-D", files["head.txt"], "-o", files["body"], server.WavUrl("speech"));
        Assert.Equal(28, await curl.ExitAsync(Patience)); // its time was over
        var head = await File.ReadAllTextAsync(files["head.txt"]);
        var interval = int.Parse(Regex.Match(head, @"icy-metaint: (?<bytes>\d+)", RegexOptions.CultureInvariant).Groups["bytes"].Value, CultureInfo.InvariantCulture);
        Assert.Matches(@"icy-name: speech\r\n", head);

        var (body, titles) = IcyReader.Read(await File.ReadAllBytesAsync(files["body"]), interval);
        Assert.True(body.Length > 6 * SpeechBytesPerSecond);
        var samples = body[44..^(body.Length % 2)];
        var from = AssertIsRound([.. one, .. two], samples);
        Assert.InRange(titles.Count, 3, 6);
        Assert.Equal(titles.Select((_, i) => i % 2 == 0 ? titles[0].Title : titles[1].Title), titles.Select(static title => title.Title));
        Assert.Equal(["One", "Two"], titles.Take(2).Select(static title => title.Title).Order(StringComparer.Ordinal));

        // Each comes with the first block behind the first chunk of its file.
        foreach (var (at, title) in titles.Skip(1))
        {
            var behind = (from + at - 44 - (title == "One" ? 0 : one.Length)) % (one.Length + two.Length);
            Assert.InRange(behind, 0, interval + 1920);
        }
    }

    [ToolFact("ffmpeg")]
    [Requirement("AUD-10.4", "AUD-3.1")]
    public async Task One_command_makes_a_station_that_others_hear_at_the_addresses_it_prints()
    {
        using var files = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        var station = await PrintedAsync(server, @"quickwater listen (?<address>\S+)");
        var url = await PrintedAsync(server, @"ffplay (?<address>http://\S+\.wav)");
        var page = await PrintedAsync(server, @"(?<address>http://\S+/stations\?station=demo)$");
        await using var listening = Executable.Start("listen", station, "-o", files["listen.wav"], "--duration", "3");
        await using var taking = Child.Start("ffmpeg", "-v", "error", "-nostdin", "-i", url, "-t", "3", "-c", "copy", files["ffmpeg.wav"]);
        Assert.Equal(0, await listening.ExitAsync(Patience));
        Assert.Equal((0, ""), (await taking.ExitAsync(Patience), taking.Error.Text));
        foreach (var file in new[] { files["listen.wav"], files["ffmpeg.wav"] })
        {
            await using var measure = Child.Start("ffmpeg", "-nostdin", "-i", file, "-af", "volumedetect", "-f", "null", "-");
            Assert.Equal(0, await measure.ExitAsync(Patience));
            var loudest = Regex.Match(measure.Error.Text, @"max_volume: (?<db>-?[\d.]+) dB", RegexOptions.CultureInvariant).Groups["db"].Value;
            Assert.True(double.Parse(loudest, CultureInfo.InvariantCulture) > -30, $"{Path.GetFileName(file)} is silent: {loudest} dB");
        }

        using var web = new HttpClient();
        Assert.Contains("Stations</h1>", await web.GetStringAsync(new Uri(page)), StringComparison.Ordinal);
    }

    private static async Task<string> PrintedAsync(ServerProcess server, string pattern)
    {
        var line = await server.Process.Output.FirstAsync(line => Regex.IsMatch(line, pattern, RegexOptions.CultureInvariant), Patience);
        return Regex.Match(line, pattern, RegexOptions.CultureInvariant).Groups["address"].Value;
    }

    private static Task LeftAsync(ServerProcess server) =>
        server.MetricsAsync(static metrics => metrics.Sum("quickwater_station_listeners") == 0, "the listener left");

    // A tone that rises with noise over it, so that no two places of it are alike; its samples as FFmpeg decodes them.
    private static async Task<byte[]> SpeechAsync(TemporaryFolder files, string name, int seconds, int hertz)
    {
        await using var make = Child.Start(
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
            string.Create(CultureInfo.InvariantCulture, $"aevalsrc='0.4*sin(2*PI*t*({hertz}+50*t))+0.1*(random(0)-0.5)':s=48000:d={seconds}"),
            "-c:a", "pcm_s16le", files[name]);
        Assert.Equal((0, ""), (await make.ExitAsync(Patience), make.Error.Text));
        var raw = files["source.raw"];
        await using var decode = Child.Start("ffmpeg", "-v", "error", "-nostdin", "-y", "-i", files[name], "-f", "s16le", raw);
        Assert.Equal((0, ""), (await decode.ExitAsync(Patience), decode.Error.Text));
        return await File.ReadAllBytesAsync(raw);
    }

    // All of it in one piece of a source that goes round; where in the source it begins.
    private static int AssertIsRound(byte[] source, byte[] taken)
    {
        byte[] twice = [.. source, .. source];
        var from = twice.AsSpan().IndexOf(taken.AsSpan(0, 4096));
        Assert.True(from >= 0, "it begins somewhere in the source");
        for (var at = 0; at < taken.Length; at++)
        {
            Assert.True(taken[at] == source[(from + at) % source.Length], $"byte {at} of {taken.Length} is the source's");
        }

        return from;
    }

    private Task<ServerProcess> ServeAsync(string station) => ServerProcess.StartAsync(
        output, "--station", station, "--set", "audio.lagMax=5m", "--set", "audio.stallMax=10m"); // a slow machine never drops a frame
}
