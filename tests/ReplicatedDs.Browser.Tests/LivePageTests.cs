using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>How the live page looks and holds up, before a stand-in cluster: quick, and any state can be made.</summary>
public sealed class LivePageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Page_EmptyAndBusy_FitsWithoutSidewaysScrolling(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, 900, scheme);
        await live.ReadyAsync();
        await live.ScreenshotAsync($"live-empty-{name}");
        await AssertFitsAsync(live, width);

        await live.Button("Hold link r1 to r3").ClickAsync();
        await live.WriteAsync("replica-1", "x", "Is it safe?");
        await live.ReadAsync("replica-2", "x");
        var y = await live.WriteAsync("replica-2", "y", "Yes");
        await live.Pending(3, y).WaitForAsync();
        await live.ReadAsync("replica-3", "y");
        await live.Button("Stop r2").ClickAsync();
        await live.Row("replica-2").And(live.Page.Locator("[data-state=stopped]")).WaitForAsync();
        await Assertions.Expect(live.Clock(3, 2)).ToHaveTextAsync("0");
        await live.ScreenshotAsync($"live-busy-{name}");
        await AssertFitsAsync(live, width);
        Assert.Empty(live.Troubles);
    }

    private static async Task AssertFitsAsync(LivePage live, int width)
    {
        var needed = await live.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(needed <= width, $"The page is {needed} px wide in a window of {width} px.");
    }
}
