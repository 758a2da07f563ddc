using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>One browser for all tests of a class; every test has pages of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(20_000);
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium.Find(), Args = Chromium.Arguments });
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A page in a profile of its own. Any request to another machine fails the test through <see cref="LivePage"/>.</summary>
    public async Task<LivePage> OpenAsync(string address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool reducedMotion = true)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = reducedMotion ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
        });
        context.SetDefaultTimeout(20_000);
        var page = new LivePage(await context.NewPageAsync());
        await page.Page.GotoAsync(address);
        return page;
    }
}
