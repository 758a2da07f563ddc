using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>The Traces pages, drawn from received spans alone: no replica and no control API is there.</summary>
public sealed class TracesPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Pages_EmptyAndBusy_FitWithoutSidewaysScrolling(int width, ColorScheme scheme, string name)
    {
        await using var site = await TraceSite.StartAsync();
        await using var page = await OpenAsync(site, width, scheme);
        await Assertions.Expect(page.Page.Locator(".trace-list .empty")).ToContainTextAsync("No spans have been received yet.");
        await page.ShowAsync($"traces-empty-{name}");

        site.SendTraffic(60);
        site.SendTheTour();
        await Assertions.Expect(page.Page.Locator("[data-update='2#1']")).ToContainTextAsync("at r3 for r1#1");
        await page.ShowAsync($"traces-list-{name}");

        await page.Page.Locator("[data-update='2#1'] a.trace-open").ClickAsync();
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("r2 wrote y as r2#1.");
        await page.ShowAsync($"traces-waterfall-{name}");

        site.Spans.Write("1#2", "cart:7", DateTimeOffset.UtcNow.AddMilliseconds(-1_500));
        site.Spans.Write("3#1", "z", DateTimeOffset.UtcNow.AddMilliseconds(-1_400));
        site.Spans.Buffer("3#1", "z", 2, DateTimeOffset.UtcNow.AddMilliseconds(-1_300), "1#2", "1#9", "3#0");
        site.Spans.Flush();
        await GoAsync(page, site, $"traces/{site.Spans.TraceOf("3#1")}");
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("It is not yet visible at r1 and r2: r2 has waited");
        await page.ShowAsync($"traces-waiting-{name}");

        await GoAsync(page, site, "traces/0123456789abcdef0123456789abcdef");
        await Assertions.Expect(page.Page.Locator("[data-missing]")).ToContainTextAsync("No span of this trace is here.");
        await page.ShowAsync($"traces-gone-{name}");
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Link_OfTheWait_LeadsToWhatWasWaitedForAndBack()
    {
        await using var site = await TraceSite.StartAsync();
        site.SendTheTour();
        await using var page = await OpenAsync(site);
        await page.Page.Locator("[data-update='2#1'] a.trace-open").ClickAsync();
        var update = page.Page.Locator(".trace-update[data-update='2#1']");
        await Assertions.Expect(update.Locator(".summary")).ToHaveTextAsync(
            "r2 wrote y as r2#1. 2 of 3 replicas showed it after 4.5 ms, all 3 after 1.2 s; 99 % of that r3 waited for r1#1.");
        await Assertions.Expect(update.Locator("tr.critical[data-replica='3']")).ToContainTextAsync("critical path");
        await Assertions.Expect(update.Locator(".chain")).ToContainTextAsync("r1#1 (x) took 1.6 s from r1 to r3");

        await update.Locator("[data-blocker='1#1'][data-at='3'] a").ClickAsync();
        await page.Page.WaitForURLAsync($"**/traces/{site.Spans.TraceOf("1#1")}#u-1-1");
        var cause = page.Page.Locator(".trace-update[data-update='1#1']");
        await Assertions.Expect(cause.Locator(".summary")).ToContainTextAsync("r1 wrote x as r1#1.");
        await Assertions.Expect(cause.Locator("[data-waiter='2#1']")).ToContainTextAsync("r2#1 (y) at r3, for 1.2 s");

        await cause.Locator("[data-waiter='2#1'] a").ClickAsync();
        await Assertions.Expect(update).ToBeVisibleAsync();
        await page.Page.GoBackAsync();
        await Assertions.Expect(cause).ToBeVisibleAsync();
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Waiting_IsSeenWhileItLastsAndEndsOnThePage()
    {
        await using var site = await TraceSite.StartAsync();
        var start = site.SendTheTour(isHealed: false);
        await using var page = await OpenAsync(site);
        var row = page.Page.Locator("[data-update='2#1']");
        await Assertions.Expect(row).ToContainTextAsync("not yet: 2 of 3");
        await Assertions.Expect(row).ToContainTextAsync("waits at r3 for r1#1");
        await row.Locator("a.trace-open").ClickAsync();
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("It is not yet visible at r3: r3 has waited");
        await Assertions.Expect(page.Page.Locator(".chain")).ToContainTextAsync("r1#1 (x), written at r1, has not arrived at r3");

        site.Spans.Apply("1#1", "x", 3, start.AddMilliseconds(1620));
        site.Spans.Apply("2#1", "y", 3, start.AddMilliseconds(425), 1195.6, "1#1");
        site.Spans.Flush();
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("all 3 after 1.2 s");
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Pause_IsOneButtonAndStopsTheList()
    {
        await using var site = await TraceSite.StartAsync();
        site.SendTraffic(5);
        await using var page = await OpenAsync(site);
        await Assertions.Expect(page.Page.Locator("tr[data-update]")).ToHaveCountAsync(5);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new("pause", System.Text.RegularExpressions.RegexOptions.IgnoreCase) }).ClickAsync();
        site.SendTheTour();
        await using var other = await OpenAsync(site);
        await Assertions.Expect(other.Page.Locator("tr[data-update]")).ToHaveCountAsync(7);
        Assert.Equal(5, await page.Page.Locator("tr[data-update]").CountAsync());
        await page.Page.Keyboard.PressAsync("L");
        await Assertions.Expect(page.Page.Locator("tr[data-update]")).ToHaveCountAsync(7);
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Filter_AndSort_AreInTheAddress()
    {
        await using var site = await TraceSite.StartAsync();
        site.SendTraffic(30);
        site.SendTheTour();
        await using var page = await OpenAsync(site);
        await Assertions.Expect(page.Page.Locator("[data-count]")).ToHaveTextAsync("32");
        await page.Page.GetByLabel("Of that waiting").SelectOptionAsync("50");
        await page.Page.GetByLabel("Took at least (ms)").FillAsync("100");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Filter" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 32");
        await page.Page.WaitForURLAsync("**/traces?key=&replica=&min=100&share=50");

        await GoAsync(page, site, "traces?sort=took");
        var rows = page.Page.Locator("tr[data-update]");
        await Assertions.Expect(rows.First).ToHaveAttributeAsync("data-update", "1#1");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "At all ▼" }).ClickAsync();
        await Assertions.Expect(rows.Last).ToHaveAttributeAsync("data-update", "1#1");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Columnheader, new PageGetByRoleOptions { Name = "At all" })).ToHaveAttributeAsync("aria-sort", "ascending");

        await GoAsync(page, site, "traces?key=nothing-like-it&min=abc");
        await Assertions.Expect(page.Page.Locator(".trace-list .empty")).ToContainTextAsync("32 updates are hidden by the filter.");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert).Filter(new LocatorFilterOptions { HasText = "'abc' is no number" })).ToBeVisibleAsync();
        await page.ScreenshotAsync("traces-filtered");
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Keyboard_Alone_WalksTheListOpensATraceAndItsCause()
    {
        await using var site = await TraceSite.StartAsync();
        site.SendTraffic(5);
        site.SendTheTour();
        await using var page = await OpenAsync(site);
        await Assertions.Expect(page.Page.Locator("tr[data-update]")).ToHaveCountAsync(7);
        await page.Page.Locator("a.trace-open").First.FocusAsync();
        await Assertions.Expect(page.Page.Locator("[data-update='2#1'] a.trace-open")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Page.Locator("[data-update='1#1'] a.trace-open")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(page.Page.Locator("a.trace-open").Last).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("r2 wrote y");

        // The page that was rendered first has been taken over by the circuit: until then it is replaced, and the focus with it.
        await page.Page.Locator("[data-trace][data-ready]").WaitForAsync();
        await page.Page.Locator(".chain a").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator(".summary")).ToContainTextAsync("r1 wrote x");
        Assert.Empty(page.Troubles);
    }

    private static async Task GoAsync(LivePage page, TraceSite site, string path)
    {
        await page.Page.GotoAsync(new Uri(site.Address, path).ToString());
        await page.Page.Locator("[data-ready]").First.WaitForAsync();
    }

    private async Task<LivePage> OpenAsync(TraceSite site, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await browser.OpenAsync(site.Login, width, 900, scheme);
        await GoAsync(page, site, "traces");
        return page;
    }
}
