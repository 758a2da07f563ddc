using System.Globalization;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests;

/// <summary>Scenario 1 by one click on the real cluster, confirmed through the replicas' own HTTP answers.</summary>
public sealed class ScenarioTests(RealCluster cluster, BrowserFixture browser) : IClassFixture<RealCluster>, IClassFixture<BrowserFixture>
{
    /// <summary>How often the scenario runs; more by the environment variable <c>SCENARIO_RUNS</c>.</summary>
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("SCENARIO_RUNS") ?? "2", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Scenario_ByOneClick_ShowsTheAnomalyAndRefusesIt()
    {
        for (var run = 1; run <= Runs; run++)
        {
            await using var live = await OpenAsync("/scenario");
            var scenario = new ScenarioView(live);
            await live.Button(ScenarioView.Invitation).ClickAsync();
            var missing = await scenario.WaitingAsync();
            Assert.Null(await cluster.GetAsync("replica-3", "demo:x"));
            Assert.Null(await cluster.GetAsync("replica-3", "demo:y"));
            Assert.Equal("Yes", await cluster.GetAsync("replica-2", "demo:y"));
            var pending = Assert.Single((await cluster.PendingAsync("replica-3"))!.Updates);
            Assert.Contains(missing[1..], pending.Missing);
            if (run == 1)
            {
                await live.ScreenshotAsync("scenario-real-waiting", fullPage: false);
                await live.ScreenshotAsync("first-screen", fullPage: false, height: 700);
            }

            await scenario.Release.ClickAsync();
            await scenario.DoneAsync();
            Assert.Equal("Is it safe?", await cluster.GetAsync("replica-3", "demo:x"));
            Assert.Equal("Yes", await cluster.GetAsync("replica-3", "demo:y"));
            Assert.Empty(live.Troubles);
            await live.Button("Close").ClickAsync();
            await live.Button(ScenarioView.Invitation).WaitForAsync();
            await cluster.UntilAsync("replica-3", "demo:y", null);
        }
    }

    [Fact]
    public async Task Browser_KilledInTheMiddle_TheLinkIsHealed()
    {
        await using var other = await OpenAsync("/");
        await using (var mine = await ChildBrowser.OpenAsync(new Uri(new Uri(cluster.Login), "/scenario"), cluster.Login))
        {
            await mine.Live.Button(ScenarioView.Invitation).ClickAsync();
            await new ScenarioView(mine.Live).WaitingAsync();
            await Assertions.Expect(other.Page.Locator("[data-fault=link]")).ToContainTextAsync("by scenario 1");
            await Assertions.Expect(other.Page.Locator(".watching")).ToContainTextAsync("Another viewer runs it");
            await other.ScreenshotAsync("scenario-real-watching", fullPage: false);
            mine.Kill();
        }

        await Deadline.UntilAsync(() => cluster.LinkModeAsync("replica-1", 3), mode => mode == "ok", "the link of the killed browser is healed", 30);
        await cluster.UntilAsync("replica-3", "demo:y", null);
        await Assertions.Expect(other.Page.Locator("[data-fault=link]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Keyboard_Alone_RunsTheScenarioOnEmptyCluster()
    {
        await using var live = await OpenAsync("/scenario");
        var scenario = new ScenarioView(live);
        await live.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(live.Page.Locator("#help")).ToBeVisibleAsync();
        await live.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(live.Page.Locator("#help")).ToBeHiddenAsync();
        await live.Page.Keyboard.PressAsync("n");
        await scenario.WaitingAsync();

        // The other way, which needs no single letters: to the button and Enter.
        await TabToAsync(live, scenario.Release);
        await live.Page.Keyboard.PressAsync("Enter");
        await scenario.DoneAsync();
        await live.Page.Keyboard.PressAsync("g");
        await live.Page.Keyboard.PressAsync("c");
        await live.ReadyAsync();
        await cluster.UntilAsync("replica-3", "demo:y", null);
        Assert.Empty(live.Troubles);
    }

    private static async Task TabToAsync(LivePage live, ILocator target)
    {
        for (var tabs = 0; tabs < 60; tabs++)
        {
            await live.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail("60 tabs did not reach the button.");
    }

    private async Task<LivePage> OpenAsync(string path)
    {
        var live = await browser.OpenAsync(cluster.Login);
        await live.Page.GotoAsync(new Uri(new Uri(cluster.Login), path).ToString());
        if (path == "/scenario")
        {
            await new ScenarioView(live).ReadyAsync();
        }
        else
        {
            await live.ReadyAsync();
        }

        return live;
    }
}
