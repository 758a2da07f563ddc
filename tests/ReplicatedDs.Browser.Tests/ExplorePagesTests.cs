using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>Keys, Events and Metrics, and a replica's pane, before a stand-in cluster.</summary>
public sealed class ExplorePagesTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280", true)]
    [InlineData(1280, ColorScheme.Dark, "dark-1280", false)]
    [InlineData(360, ColorScheme.Light, "light-360", false)]
    [InlineData(360, ColorScheme.Dark, "dark-360", true)]
    public async Task Pages_EmptyAndBusy_FitAndAreRead(int width, ColorScheme scheme, string name, bool hasEmpty)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, width < 600 ? 740 : 900, scheme);
        await live.ReadyAsync();
        if (hasEmpty)
        {
            await GoAsync(live, "keys");
            await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync("There are no keys yet.");
            await live.ShowAsync($"keys-empty-{name}");
            await GoAsync(live, "events");
            await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync("Nothing has happened yet.");
            await live.ShowAsync($"events-empty-{name}");
            await GoAsync(live, "metrics");
            await Assertions.Expect(live.Page.Locator("[data-chart=writes]")).ToContainTextAsync("a second in all.");
            await live.ShowAsync($"metrics-empty-{name}");
        }

        Play(site);
        await GoAsync(live, "keys?key=cart");
        await Assertions.Expect(live.Page.Locator("[data-sibling]")).ToHaveCountAsync(2);
        await Assertions.Expect(live.Page.Locator(".sibling-why")).ToContainTextAsync("neither writer could have known of the other");
        await live.ShowAsync($"keys-siblings-{name}");
        await GoAsync(live, "keys?key=answer");
        await Assertions.Expect(live.Page.Locator("[data-seen=waits][data-at='3']")).ToContainTextAsync("arrived, waits");
        await Assertions.Expect(live.Page.Locator("[data-answer='3'].differs")).ToContainTextAsync("nothing");
        await live.ShowAsync($"keys-waiting-{name}");

        await GoAsync(live, "events");
        await Assertions.Expect(live.Page.Locator(".event-row").First).ToBeVisibleAsync();
        await live.Page.Locator(".event-row[data-event=Buffer] .row-button").Last.ClickAsync();
        await Assertions.Expect(live.Page.Locator(".event-details")).ToContainTextAsync("r3 buffered r2#1 (answer): it waits for r1#1; without causal delivery it would show now.");
        await live.ShowAsync($"events-busy-{name}");

        await GoAsync(live, "metrics");
        await Assertions.Expect(live.Page.Locator("[data-chart=pending]")).ToContainTextAsync("2 wait now.");
        await Assertions.Expect(live.Page.Locator("[data-chart=prevented]")).ToContainTextAsync("2 times an update arrived before its cause");
        await Assertions.Expect(live.Page.Locator("[data-chart=prevented] rect.bar").First).ToBeVisibleAsync();
        await Assertions.Expect(live.Page.Locator("[data-chart=latency] .reading")).ToContainTextAsync("Half within");
        await live.Page.Locator(".charts[data-ready]").WaitForAsync(); // a click before that is lost
        await live.Page.Locator("[data-chart=writes] summary").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-chart=writes] tbody tr")).ToHaveCountAsync(60);
        await live.ShowAsync($"metrics-busy-{name}");

        await GoAsync(live, "");
        await live.ReadyAsync();
        await live.Page.Locator("[data-details=replica-3]").ClickAsync();
        var pane = live.Page.Locator("[data-replica-pane=replica-3]");
        await Assertions.Expect(pane).ToBeFocusedAsync();
        await Assertions.Expect(pane.Locator("[data-waiting='2']")).ToBeVisibleAsync();
        await Assertions.Expect(pane).ToContainTextAsync("r2#1 waits for r1#1: link r1→r3 is held");
        await Assertions.Expect(pane).ToContainTextAsync("r3 buffered r2#1 (answer)");
        await live.ShowAsync($"replica-pane-{name}");
        if (width < 600)
        {
            await live.Button("More pages").ClickAsync();
            await live.ScreenshotAsync($"more-pages-{name}", fullPage: false);
            await live.Page.Locator("#more-pages").GetByText("Metrics").ClickAsync();
            await Assertions.Expect(live.Page).ToHaveTitleAsync("Metrics · ReplicatedDs");
        }

        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Siblings_KeptOne_ReplacesBothEverywhere()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        Play(site);
        lock (site.Cluster.Gate)
        {
            site.Cluster.Replica(1).Link(3).Mode = "ok";
            site.Cluster.Flow();
        }

        await GoAsync(live, "keys?key=cart");
        await live.Button("Keep this: r2#2").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync("replaces the 2 siblings of cart");
        await Assertions.Expect(live.Page.Locator("[data-sibling]")).ToHaveCountAsync(0);
        await Assertions.Expect(live.Page.Locator("[data-answer]")).ToHaveCountAsync(3);
        await Assertions.Expect(live.Page.Locator("[data-answer].differs")).ToHaveCountAsync(0);
        foreach (var answer in await live.Page.Locator("[data-answer]").AllInnerTextsAsync())
        {
            Assert.Contains("eggs", answer, StringComparison.Ordinal);
        }

        await Assertions.Expect(live.Page.Locator("[data-history]")).ToHaveCountAsync(3);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Events_FilterFollowAndScrolledAway_StandStillUntilTheVisitorComesBack()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        for (var i = 0; i < 60; i++)
        {
            site.Cluster.Replica(1).Write($"k{i}", [49], "text/plain");
        }

        await GoAsync(live, "events?q=" + Uri.EscapeDataString("kind:apply replica:r2"));
        var count = live.Page.Locator("[data-matching]");
        await Assertions.Expect(count).ToHaveAttributeAsync("data-matching", "60");
        Assert.True(await live.Page.Locator(".event-row").CountAsync() < 60, "All rows are in the page: nothing is virtual.");
        await Assertions.Expect(live.Page.Locator(".event-row").First).ToContainTextAsync("r2 applied r1#60 (k59)");

        // Further down nothing moves; what came meanwhile is counted.
        var list = live.Page.Locator("#event-list");
        await list.FocusAsync();
        await live.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(live.Page.Locator(".event-row").Last).ToContainTextAsync("r2 applied r1#1 (k0)");
        await Assertions.Expect(live.Page.Locator("[data-follow]")).ToBeVisibleAsync();
        site.Cluster.Replica(1).Write("late", [49], "text/plain");
        await Assertions.Expect(live.Page.Locator("[data-follow]")).ToHaveTextAsync("1 new ↑");
        await Assertions.Expect(count).ToHaveAttributeAsync("data-matching", "60");
        await live.Page.Locator("[data-follow]").ClickAsync();
        await Assertions.Expect(live.Page.Locator(".event-row").First).ToContainTextAsync("(late)");
        await Assertions.Expect(count).ToHaveAttributeAsync("data-matching", "61");

        // Paused, it stands; a filter that makes no sense says so.
        await live.Page.Locator("#pause").ClickAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("PAUSED");
        await GoAsync(live, "events?q=" + Uri.EscapeDataString("kind:explosion"));
        await Assertions.Expect(live.Page.Locator(".event-panel ~ *, main [role=alert]").First).ToContainTextAsync("'explosion' is no kind of event");
        await GoAsync(live, "events?q=nobody-wrote-this");
        await Assertions.Expect(live.Page.Locator(".empty")).ToContainTextAsync("matches the filter");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task ManyReplicas_OnlyLinksThatSaySomethingAreDrawn()
    {
        await using var site = await StandInSite.StartAsync(12, 0);
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await Assertions.Expect(live.Page.Locator("[data-node]")).ToHaveCountAsync(12);
        await Assertions.Expect(live.Page.Locator("[data-line]")).ToHaveCountAsync(0);
        lock (site.Cluster.Gate)
        {
            site.Cluster.Replica(1).Link(7).Mode = "hold";
        }

        await Assertions.Expect(live.Page.Locator("[data-line='1-7']")).ToHaveAttributeAsync("data-look", "held");
        await Assertions.Expect(live.Page.Locator("[data-line]")).ToHaveCountAsync(1);
        await live.Page.Locator("[data-node=replica-4] .disc").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-replica-pane=replica-4]")).ToBeVisibleAsync();
        await Assertions.Expect(live.Page.Locator("[data-line]")).ToHaveCountAsync(23);
        await live.ShowAsync("topology-12");

        // With Ctrl a click chooses a side instead.
        await live.Page.Locator("[data-node=replica-5] .disc").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Control] });
        await Assertions.Expect(live.Page.Locator("[data-line='5-6']")).ToHaveAttributeAsync("data-look", "cut");
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Check_OfAMutantReplica_LightsUpWithItsCounterExample(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, scheme: scheme);
        var (one, two, three) = (site.Cluster.Replica(1), site.Cluster.Replica(2), site.Cluster.Replica(3));
        one.Write("a", [49], "text/plain");
        two.Write("b", [49], "text/plain");
        three.Write("c", [49], "text/plain");
        await GoAsync(live, "causality");
        var check = live.Page.Locator(".delivery-check[data-ready]");
        await Assertions.Expect(check).ToContainTextAsync("0 violations");
        lock (site.Cluster.Gate)
        {
            three.IsMutant = true;
            one.Link(3).Mode = "hold";
            one.Write("question", [49], "text/plain");
            two.Write("answer", [49], "text/plain");
            one.Link(3).Mode = "ok";
            site.Cluster.Flow();
        }

        await Assertions.Expect(check).ToHaveAttributeAsync("data-violations", "1");
        await Assertions.Expect(check.Locator(".finding")).ToContainTextAsync("r3 delivered r2#2 before r1#2, which is in its causal past.");
        await Assertions.Expect(check.Locator("svg")).ToContainTextAsync("r1#2 (question)");
        await live.ShowAsync($"check-broken-{name}", fullPage: false);
        Assert.Empty(live.Troubles);
    }

    /// <summary>A conflict on one key, and an answer that waits for its question at replica 3.</summary>
    private static void Play(StandInSite site)
    {
        lock (site.Cluster.Gate)
        {
            var (one, two) = (site.Cluster.Replica(1), site.Cluster.Replica(2));
            one.Link(3).Mode = "hold";
            one.Write("question", "Is it safe?"u8.ToArray(), "text/plain");
            two.RecordRead("question");
            two.Write("answer", "Yes"u8.ToArray(), "text/plain");
            one.Link(2).Mode = two.Link(1).Mode = "hold";
            one.Write("cart", "milk"u8.ToArray(), "text/plain");
            two.Write("cart", "eggs"u8.ToArray(), "text/plain");
            one.Link(2).Mode = two.Link(1).Mode = "ok";
            site.Cluster.Flow();
        }
    }

    private static async Task GoAsync(LivePage live, string page)
    {
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/" + page).ToString());
        await live.Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }
}
