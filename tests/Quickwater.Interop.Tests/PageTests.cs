using Microsoft.Playwright;
using Quickwater.Media;
using Quickwater.Rtmp;
using Xunit.Abstractions;

namespace Quickwater.Interop.Tests;

/// <summary>What the pages show beside the player, at the widths that people have.</summary>
[Collection(RealClientsCollection.Name)]
public sealed class PageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ToolFact("chromium")]
    [Requirement("MED-5.2/list")]
    public async Task The_front_page_lists_every_live_stream_and_the_status_page_sorts_and_filters()
    {
        await using var server = await ServerProcess.StartAsync(output);
        await using var first = await ScorePlayer.StartAsync(server.Rtmp, "live", "cam10", Pictures());
        await using var second = await ScorePlayer.StartAsync(server.Rtmp, "live", "cam2", Pictures());
        await using var third = await ScorePlayer.StartAsync(server.Rtmp, "live", "cam1", Pictures());
        await using var browser = await Browser.StartAsync();

        var page = await browser.OpenAsync($"http://{server.Http}/");
        string[] names = ["live/cam1", "live/cam2", "live/cam10"];
        await TextsAsync(page, "#streams b", names);
        var list = await page.Locator("#streams").InnerTextAsync();
        Assert.Contains("H.264", list, StringComparison.Ordinal);
        Assert.Contains("0 viewers", list, StringComparison.Ordinal);
        Assert.DoesNotContain("0 × 0", list, StringComparison.Ordinal);
        await page.Locator("#streams a", new PageLocatorOptions { HasText = "cam2" }).ClickAsync();
        await page.WaitForURLAsync("**/?stream=live/cam2");

        var status = await browser.OpenAsync($"http://{server.Admin}/");
        await TextsAsync(status, "#streams td:first-child", names);
        Assert.DoesNotContain("0 × 0", await status.Locator("#streams").InnerTextAsync(), StringComparison.Ordinal);
        await status.Locator("table:has(#streams) .sort", new PageLocatorOptions { HasText = "Name" }).ClickAsync();
        await TextsAsync(status, "#streams td:first-child", [.. names.Reverse()]);
        await status.Locator("#filter").FillAsync("cam10 h.264");
        await TextsAsync(status, "#streams td:first-child", ["live/cam10"]);
        await status.Locator("#filter").FillAsync("nothing has this");
        await TextsAsync(status, "#no-streams", ["None of 3 matches the filter."]);
    }

    [ToolFact("chromium")]
    public async Task The_page_of_stations_fits_a_telephone_and_has_one_play_button()
    {
        const int Width = 390;
        await using var server = await ServerProcess.StartAsync(output, "--demo");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync($"http://{server.Http}/stations?station=demo");
        await page.SetViewportSizeAsync(Width, 844);
        await Until.HoldsAsync(
            () => page.EvaluateAsync<string>("() => document.body.dataset.state ?? ''"), static state => state is "playing" or "blocked", Patience, "it plays");

        var clipped = await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('dd, dt, h2, .what p, #levels, th')].filter(e => e.offsetParent !== null && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)");
        Assert.Empty(clipped);
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 0, Width);
        var buttons = await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('button')].filter(b => b.offsetParent !== null).map(b => b.ariaLabel ?? b.textContent).filter(t => /play|pause/i.test(t) )");
        Assert.Single(buttons);
    }

    // A minute of pictures in which nothing can be seen, of a configuration that says no size.
    private static IEnumerable<Cue> Pictures()
    {
        const int Step = 40;
        return
        [
            new Cue(0, FlvTagType.Video, 0, [0x17, 0, 0, 0, 0, 9]),
            .. Enumerable.Range(0, 60_000 / Step).Select(static i => new Cue(i * Step, FlvTagType.Video, i * Step, [0x17, 1, 0, 0, 0, 9])),
        ];
    }

    private static Task TextsAsync(IPage page, string selector, IReadOnlyList<string> texts) => Until.HoldsAsync(
        async () => string.Join('\n', await page.Locator(selector).AllInnerTextsAsync()), seen => seen == string.Join('\n', texts), Patience, $"{selector} shows {string.Join(", ", texts)}");
}
