using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>The pages, in a browser that decodes.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class BrowserTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [ToolTheory("chromium")]
    [InlineData("", "http")]
    [InlineData("&via=ws", "ws")]
    [Requirement("RTMP-5.1", "RTMP-3.4")]
    public async Task The_page_plays_moving_pictures(string query, string transport)
    {
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Http}/?stream=live/demo{query}");

        var playing = new PlayingPage(page);
        var first = await playing.LookAsync(static now => now is { State: "playing", Colours: > 50, FramesDecoded: > 5 }, "it plays");
        var second = await playing.LookAsync(
            now => now.CurrentTime > first.CurrentTime + 2 && now.FramesDecoded > first.FramesDecoded + 25 && now.Sum != first.Sum,
            "two seconds on, it shows something else");

        output.WriteLine($"{first}\n{second}\n{browser.Console.Text}");
        Assert.Equal((transport, "", 640, 360), (second.Transport, second.Error, second.Width, second.Height));
        Assert.True(second.Colours > 50);
        var protocol = transport == "http" ? "http-flv" : "ws-flv";
        Assert.Equal(1, (await server.MetricsAsync()).Sum("quickwater_connections", $"protocol=\"{protocol}\""));
        Assert.DoesNotContain("error", browser.Console.Text, StringComparison.OrdinalIgnoreCase);

        // The page goes, and so does its viewer.
        await page.CloseAsync();
        await server.MetricsAsync(metrics => metrics.Sum("quickwater_stream_viewers") == 0, "the viewer left");
    }

    [ToolFact("chromium")]
    [Requirement("RTMP-18.3")]
    public async Task The_status_page_shows_the_stream()
    {
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await server.LiveAsync("live/demo");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Admin}/");

        var row = page.Locator("#streams tr", new PageLocatorOptions { HasText = "live/demo" });
        await row.WaitForAsync(new LocatorWaitForOptions { Timeout = (float)Patience.TotalMilliseconds });
        var text = await row.InnerTextAsync();

        output.WriteLine(text);
        Assert.Contains("640 × 360", text, StringComparison.Ordinal);
        Assert.Contains("48 kHz", text, StringComparison.Ordinal);
        Assert.Contains("rtmp", await page.Locator("#connections").InnerTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("error", browser.Console.Text, StringComparison.OrdinalIgnoreCase);
    }
}
