using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>The page of stations, in a browser that plays.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class StationPageTests(ITestOutputHelper output)
{
    // What the page's own hook says, with numbers for what it leaves open.
    private const string Look =
        """
        () => {
          const state = window.quickwaterStations.state();
          const [left, right] = state.peaksDb;
          return {
            station: state.station, state: state.state, error: state.error ?? '', title: state.title, playedSeconds: state.playedSeconds,
            delaySeconds: state.delaySeconds ?? -1, left: left ?? -60, right: right ?? -60,
          };
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolFact("chromium")]
    [Requirement("AUD-10.4")]
    public async Task The_page_plays_a_station_with_its_level_and_says_who_listens()
    {
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Http}/stations?station=demo");

        var first = await LookAsync(page, static sound => sound is { State: "playing", DelaySeconds: > 0, Left: > -40, Right: > -40 }, "it plays, and the meter moves");
        var second = await LookAsync(
            page, sound => sound.PlayedSeconds > first.PlayedSeconds + 2 && sound.Left != first.Left && sound.DelaySeconds > 0, "two seconds on, the meter shows something else");
        output.WriteLine($"{first}\n{second}\n{browser.Console.Text}");
        Assert.Equal(("demo", "Quickwater demo tune", ""), (second.Station, second.Title, second.Error));
        Assert.InRange(second.DelaySeconds, 0.0, 10);
        await page.Locator("#listeners tr.is-me", new PageLocatorOptions { HasText = "web page" })
            .WaitForAsync(new LocatorWaitForOptions { Timeout = (float)Patience.TotalMilliseconds });
        Assert.Equal(1, (await server.MetricsAsync()).Sum("quickwater_connections", "protocol=\"ws-audio\""));

        // A pause costs the server nothing, and playing goes on.
        await page.Locator("#play").ClickAsync();
        await server.MetricsAsync(static metrics => metrics.Sum("quickwater_station_listeners") == 0, "the paused page has left");
        await page.Locator("#play").ClickAsync();
        await LookAsync(page, static sound => sound is { State: "playing", PlayedSeconds: > 0.5 }, "it plays again");
        Assert.DoesNotContain("error", browser.Console.Text, StringComparison.OrdinalIgnoreCase);
        await page.CloseAsync();
        await server.MetricsAsync(static metrics => metrics.Sum("quickwater_station_listeners") == 0, "the page has left");
    }

    [ToolFact("chromium")]
    public async Task A_station_that_is_off_the_air_is_said_to_be_and_goes_on_when_it_is_back()
    {
        using var files = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(output, "--station", $"late={files["late.wav"]}");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Http}/stations?station=late");
        await LookAsync(page, static sound => sound is { State: "offAir" } && sound.Error.StartsWith("Off the air", StringComparison.Ordinal), "it says so");
        await File.WriteAllBytesAsync(files["new.wav"], Tone());
        File.Move(files["new.wav"], files["late.wav"]);
        await LookAsync(page, static sound => sound is { State: "playing", PlayedSeconds: > 0.5, Title: "late" }, "it plays");
    }

    [ToolFact("chromium")]
    public async Task A_browsers_own_player_plays_the_wav_without_end()
    {
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Http}/healthz");
        await page.EvaluateAsync("() => { window.audio = new Audio('/audio/demo.wav'); return window.audio.play(); }");
        await Until.HoldsAsync(() => page.EvaluateAsync<double>("() => window.audio.currentTime"), static seconds => seconds > 3, Patience, "three seconds are played");
        Assert.Equal(1, (await server.MetricsAsync()).Sum("quickwater_connections", "protocol=\"http-audio\""));
    }

    private static Task<Sound> LookAsync(IPage page, Func<Sound, bool> isGood, string what) =>
        Until.HoldsAsync(() => page.EvaluateAsync<Sound>(Look), isGood, Patience, what);

    // Ten seconds of a square wave, 8 bits, one channel, 8000 a second.
    private static byte[] Tone()
    {
        const int Bytes = 80_000;
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("RIFF"u8);
        writer.Write(36 + Bytes);
        writer.Write("WAVEfmt \x10\0\0\0\x01\0\x01\0"u8);
        writer.Write(8000);
        writer.Write(8000);
        writer.Write("\x01\0\x08\0data"u8);
        writer.Write(Bytes);
        writer.Write([.. Enumerable.Range(0, Bytes).Select(static i => (byte)(i % 20 < 10 ? 100 : 156))]);
        return file.ToArray();
    }

    private sealed record Sound
    {
        public string Station { get; init; } = "";

        public string State { get; init; } = "";

        public string Error { get; init; } = "";

        public string Title { get; init; } = "";

        public double PlayedSeconds { get; init; }

        public double DelaySeconds { get; init; }

        public double Left { get; init; }

        public double Right { get; init; }
    }
}
