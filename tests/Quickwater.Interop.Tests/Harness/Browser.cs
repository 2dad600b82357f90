using Microsoft.Playwright;

namespace Quickwater.Interop.Tests;

/// <summary>Headless Chromium, the machine's own, with a profile of its own that is gone at the end.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    ];

    private readonly TemporaryFolder _profile = new();
    private readonly IPlaywright _playwright;
    private IBrowserContext? _context;

    private Browser(IPlaywright playwright) => _playwright = playwright;

    /// <summary>What pages wrote to their consoles and threw.</summary>
    public Lines Console { get; } = new();

    /// <summary>Starts it.</summary>
    public static async Task<Browser> StartAsync()
    {
        var browser = new Browser(await Playwright.CreateAsync());
        try
        {
            browser._context = await browser._playwright.Chromium.LaunchPersistentContextAsync(
                browser._profile["profile"],
                new BrowserTypeLaunchPersistentContextOptions
                {
                    ExecutablePath = Tools.Require("chromium"),
                    Headless = true,
                    ChromiumSandbox = false,
                    Args = Arguments,
                    ViewportSize = new ViewportSize { Width = 800, Height = 600 },
                });
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page.</summary>
    public async Task<IPage> OpenAsync(string url)
    {
        var page = await (_context ?? throw new InvalidOperationException("The browser has not started.")).NewPageAsync();
        page.Console += (_, message) => Console.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Console.Add($"error: {error}");
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_context is not null)
        {
            await _context.CloseAsync();
        }

        _playwright.Dispose();
        _profile.Dispose();
    }
}
