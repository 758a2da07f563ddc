using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>How the live page looks and holds up, before a stand-in cluster: quick, and any state can be made.</summary>
public sealed class LivePageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Dashboard_StartedAnew_KeepsThePictureMeanwhileAndComesBackToLife()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.WriteAsync("replica-1", "x", "1");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("1");

        await live.Page.EvaluateAsync("document.documentElement.dataset.firstProcess = ''");
        await site.StopDashboardAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("DISCONNECTED");
        await Assertions.Expect(live.Page.Locator("#feed-lost")).ToContainTextAsync("This is the picture of");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("1");
        await Assertions.Expect(live.Row("replica-1")).ToBeVisibleAsync();
        await live.ShowAsync("live-disconnected");

        site.Cluster.Replica(1).Write("x", [50], "text/plain");
        await site.StartDashboardAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("LIVE");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("2");

        // The controls come back without signing in again: their page is loaded anew.
        await Assertions.Expect(live.Page.Locator("html[data-first-process]")).ToHaveCountAsync(0);
        await live.ReadyAsync();
        Assert.Equal("2#1", await live.WriteAsync("replica-2", "y", "1"));
    }

    [Fact]
    public async Task Cluster_Gone_IsSaidAndNothingIsBlank()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.WriteAsync("replica-1", "x", "1");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("1");
        foreach (var id in new[] { 1, 2, 3 })
        {
            await live.Button($"Kill r{id}").ClickAsync();
            await Assertions.Expect(live.Row($"replica-{id}")).ToHaveAttributeAsync("data-state", "killed");
        }

        await site.Cluster.EndControlAsync();
        await Assertions.Expect(live.Page.Locator("[data-fault=control]")).ToContainTextAsync("control API has not answered");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("1");
        await Assertions.Expect(live.Page.Locator("[data-clock='3']")).ToContainTextAsync("killed, from");
        await live.ShowAsync("live-all-gone");

        // A button that cannot work is there, says why, and says it again when pressed.
        var restart = live.Row("replica-1").Locator("[data-kill]");
        await Assertions.Expect(restart).ToHaveAttributeAsync("aria-disabled", "true");
        await restart.ClickAsync(new LocatorClickOptions { Force = true });
        await Assertions.Expect(live.Page.Locator("[data-notice=failed]")).ToContainTextAsync("The AppHost's control API does not answer.");
        await live.Button("Dismiss this failure").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=failed]")).ToHaveCountAsync(0);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Keyboard_Alone_WritesAndPausesAndChoosesTheTheme()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FocusAsync();
        await live.Page.Keyboard.PressAsync("Control+a");
        await live.Page.Keyboard.TypeAsync("typed");
        await live.Page.Keyboard.PressAsync("Tab");
        await live.Page.Keyboard.PressAsync("Control+a");
        await live.Page.Keyboard.TypeAsync("by hand");
        await live.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(live.NewestResult).ToContainTextAsync("r1 wrote typed as r1#1");
        await live.Page.GetByLabel("Theme").FocusAsync();
        await live.Page.Keyboard.PressAsync("d");
        Assert.Equal("dark", await live.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await live.Page.ReloadAsync();
        await live.ReadyAsync();
        Assert.Equal("dark", await live.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));

        // The session outlived the reload; a new one forgets.
        await Assertions.Expect(live.Page.Locator(".session")).ToContainTextAsync("r1:1");
        await live.Button("Start a new session").ClickAsync();
        await Assertions.Expect(live.Page.Locator(".session")).ToContainTextAsync("It has seen nothing yet");

        await live.Page.Locator("#main").FocusAsync();
        await live.Page.Keyboard.PressAsync(" ");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("PAUSED");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Siblings_Read_AreListedWithTheirDots()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Button("Hold link r1 to r2").ClickAsync();
        await Assertions.Expect(live.Link(1, 2)).ToHaveAttributeAsync("data-mode", "hold");
        await live.WriteAsync("replica-1", "cart", "milk");
        await live.WriteAsync("replica-2", "cart", "<b>eggs</b>");
        var result = await live.ReadAsync("replica-3", "cart");
        await Assertions.Expect(result).ToContainTextAsync("2 siblings");
        await Assertions.Expect(result.Locator(".siblings")).ToContainTextAsync("r1#1 milk");
        await Assertions.Expect(result.Locator(".siblings")).ToContainTextAsync("r2#1 <b>eggs</b>");
        await live.ShowAsync("live-siblings");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Visitor_WithoutTheSecret_IsToldHowToGetIn()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login[..site.Login.IndexOf("/login", StringComparison.Ordinal)], 360, 640);
        await Assertions.Expect(live.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("This browser is not signed in");
        await live.ShowAsync("login-360");
        await live.Page.GotoAsync(site.Login);
        await live.ReadyAsync();
        Assert.DoesNotContain("a-login-secret", site.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a-login-secret", live.Page.Url, StringComparison.Ordinal);
    }
}
