using System.Globalization;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests;

/// <summary>Scenarios 2, 3, 5 and 6 on the real cluster, confirmed through the replicas' own HTTP answers.</summary>
public sealed class LessonTests(RealCluster cluster, BrowserFixture browser) : IClassFixture<RealCluster>, IClassFixture<BrowserFixture>
{
    /// <summary>How often each scenario runs; more by the environment variable <c>SCENARIO_RUNS</c>.</summary>
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("SCENARIO_RUNS") ?? "5", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Siblings_AreKeptAndResolvedByAnOrdinaryWrite()
    {
        for (var run = 1; run <= Runs; run++)
        {
            await using var live = await OpenAsync("siblings");
            var lesson = new LessonView(live);
            await lesson.Next.ClickAsync();
            await lesson.StepAsync(1);
            Assert.Equal("hold", await cluster.LinkModeAsync("replica-1", 2));
            await lesson.PlayAsync(2, 5);
            Assert.Equal("milk", await cluster.GetAsync("replica-1", "demo:list"));
            Assert.Equal("eggs", await cluster.GetAsync("replica-2", "demo:list"));
            await lesson.PlayAsync(3, 5, guess: 1);
            await Assertions.Expect(live.Page.Locator("[data-outcome=right]")).ToContainTextAsync("You were right");
            await Assertions.Expect(live.Page.Locator("[data-card=counterfactual]")).ToContainTextAsync("is lost");
            if (run == 1)
            {
                await live.ScreenshotAsync("lesson-siblings-real", fullPage: false);
            }

            await lesson.PlayAsync(4, 5);
            await lesson.PlayAsync(5, 5, guess: 0);
            await Assertions.Expect(live.Page.Locator("[data-outcome=wrong]")).ToContainTextAsync("Her write replaces both");
            foreach (var replica in (string[])["replica-1", "replica-2", "replica-3"])
            {
                Assert.Equal("milk, eggs", await cluster.GetAsync(replica, "demo:list"));
            }

            Assert.Equal("ok", await cluster.LinkModeAsync("replica-1", 2));
            await CloseAsync(live, "demo:list");
        }
    }

    [Fact]
    public async Task Partition_BothSidesWriteAndConverge()
    {
        for (var run = 1; run <= Runs; run++)
        {
            await using var live = await OpenAsync("partition");
            var lesson = new LessonView(live);
            await lesson.Next.ClickAsync();
            await lesson.StepAsync(1);
            await lesson.PlayAsync(2, 4, guess: 1);
            await lesson.PlayAsync(3, 4);
            Assert.Null(await cluster.GetAsync("replica-1", "demo:right"));
            Assert.Null(await cluster.GetAsync("replica-2", "demo:left"));
            Assert.Equal("seen", await cluster.GetAsync("replica-2", "demo:reply"));
            await lesson.PlayAsync(4, 4, guess: 2);
            Assert.Equal("seen", await cluster.GetAsync("replica-1", "demo:reply"));
            Assert.Equal("from the small side", await cluster.GetAsync("replica-3", "demo:left"));
            await CloseAsync(live, "demo:left");
        }
    }

    [Fact]
    public async Task Joiner_GetsALargerNumberAndShowsNoEffectWithoutItsCause()
    {
        var largest = 3;
        for (var run = 1; run <= Runs; run++)
        {
            await using var live = await OpenAsync("joiner");
            var lesson = new LessonView(live);
            await lesson.Next.ClickAsync();
            await lesson.StepAsync(1);
            await lesson.PlayAsync(2, 4, guess: 1);
            var newcomer = await Deadline.UntilAsync(() => cluster.Replicas().Where(replica => replica.Id > largest).ToList(), found => found.Count == 1, "one joined with a larger number");
            largest = newcomer[0].Id!.Value;
            await lesson.PlayAsync(3, 4, guess: 0);
            Assert.Equal("Yes", await cluster.GetAsync(newcomer[0].Name, "demo:answer"));
            Assert.Equal("Is it safe?", await cluster.GetAsync(newcomer[0].Name, "demo:question"));
            await lesson.PlayAsync(4, 4);
            Assert.Equal("Yes, thank you", await cluster.GetAsync("replica-2", "demo:answer"));
            if (run == 1)
            {
                await live.ScreenshotAsync("lesson-joiner-done");
            }

            await CloseAsync(live, "demo:answer");
            await Deadline.UntilAsync(() => cluster.Replica(newcomer[0].Name).Id, id => id is null, "who joined has left", 60);
        }
    }

    [Fact]
    public async Task Session_WaitsAtALaggingReplicaInsteadOfLosingItsWrite()
    {
        for (var run = 1; run <= Runs; run++)
        {
            await using var live = await OpenAsync("session");
            var lesson = new LessonView(live);
            await lesson.Next.ClickAsync();
            await lesson.StepAsync(1);
            await lesson.PlayAsync(2, 4);
            Assert.Equal("a book", await cluster.GetAsync("replica-1", "demo:cart"));
            await lesson.PlayAsync(3, 4, guess: 1);
            Assert.Null(await cluster.GetAsync("replica-3", "demo:cart"));
            await Assertions.Expect(live.Page.Locator("[data-card=counterfactual]")).ToContainTextAsync("an empty cart");
            await lesson.PlayAsync(4, 4);
            Assert.Equal("a book", await cluster.GetAsync("replica-3", "demo:cart"));
            await CloseAsync(live, "demo:cart");
        }
    }

    [Theory]
    [InlineData("violation", 2)]
    [InlineData("siblings", 5)]
    [InlineData("partition", 4)]
    [InlineData("joiner", 4)]
    [InlineData("session", 4)]
    public async Task Back_AtEveryStep_ShowsWhatWasRecordedAndLeavesTheCluster(string id, int steps)
    {
        await using var live = await OpenAsync(id);
        var lesson = new LessonView(live);
        await lesson.Next.ClickAsync();
        await lesson.StepAsync(1);
        var seen = new List<string> { await ShownAsync(live) };
        for (var step = 2; step <= steps; step++)
        {
            await lesson.PlayAsync(step, steps);
            seen.Add(await ShownAsync(live));

            // All the way back and forth again, from every step.
            for (var back = step - 1; back >= 1; back--)
            {
                await lesson.Back.ClickAsync();
                await lesson.ShownAsync(back);
                Assert.Equal(seen[back - 1], await ShownAsync(live));
            }

            await Assertions.Expect(lesson.Back).ToHaveAttributeAsync("aria-disabled", "true");
            for (var on = 2; on <= step; on++)
            {
                await lesson.Next.ClickAsync();
                await lesson.ShownAsync(on);
            }

            Assert.Equal(step.ToString(CultureInfo.InvariantCulture), await lesson.Panel.GetAttributeAsync("data-step"));
            Assert.Equal(seen[^1], await ShownAsync(live));
        }

        Assert.Empty(live.Troubles);
        await live.Button("Close").ClickAsync();
        await live.Page.Locator(".lesson .invitation").WaitForAsync();
        await Deadline.UntilAsync(() => cluster.Replicas().Count(replica => replica.Id is not null), count => count == 3, "who joined has left", 60);
    }

    [Fact]
    public async Task Browser_KilledInTheMiddle_TheLinksAreHealedAndTheKeysRemoved()
    {
        await using (var mine = await ChildBrowser.OpenAsync(new Uri(new Uri(cluster.Login), "/scenarios/partition"), cluster.Login, ".lesson[data-ready]"))
        {
            var lesson = new LessonView(mine.Live);
            await lesson.Next.ClickAsync();
            await lesson.StepAsync(1);
            await lesson.PlayAsync(2, 4);
            Assert.Equal("hold", await cluster.LinkModeAsync("replica-1", 3));
            mine.Kill();
        }

        foreach (var (from, to) in ((string, int)[])[("replica-1", 2), ("replica-1", 3), ("replica-2", 1), ("replica-3", 1)])
        {
            await Deadline.UntilAsync(() => cluster.LinkModeAsync(from, to), mode => mode == "ok", $"the link {from} to {to} of the killed browser is healed", 30);
        }

        await cluster.UntilAsync("replica-3", "demo:left", null);
        await cluster.UntilAsync("replica-1", "demo:right", null);
    }

    [Fact]
    public async Task Keyboard_Alone_PlaysAndGoesBack()
    {
        await using var live = await OpenAsync("siblings");
        var lesson = new LessonView(live);
        await live.Page.Keyboard.PressAsync("n");
        await lesson.StepAsync(1);
        await live.Page.Keyboard.PressAsync("n");
        await lesson.StepAsync(2);
        await live.Page.Keyboard.PressAsync("n");
        await lesson.ShownAsync(3);

        // The prediction by the keyboard too: to the options and down.
        await TabToAsync(live, lesson.Options.First);
        await live.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(lesson.Options.Nth(1)).ToBeCheckedAsync();
        await Assertions.Expect(live.Button("Check")).ToBeVisibleAsync();
        await live.Page.Keyboard.PressAsync("n");
        await lesson.StepAsync(3);
        await Assertions.Expect(live.Page.Locator("[data-outcome=right]")).ToBeVisibleAsync();
        await live.Page.Keyboard.PressAsync("Shift+N");
        await lesson.ShownAsync(2);
        await live.Page.Keyboard.PressAsync("n");
        await lesson.ShownAsync(3);
        await TabToAsync(live, live.Button("Stop and heal"));
        await live.Page.Keyboard.PressAsync("Enter");
        await live.Page.Locator(".lesson .invitation").WaitForAsync();
        Assert.Equal("ok", await cluster.LinkModeAsync("replica-1", 2));
        await cluster.UntilAsync("replica-3", "demo:list", null);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Explore_LeavesTheStateAndTheFaultBarOffersToHeal()
    {
        await using var live = await OpenAsync("siblings");
        var lesson = new LessonView(live);
        await lesson.Next.ClickAsync();
        await lesson.StepAsync(1);
        await lesson.PlayAsync(2, 5);
        await Assertions.Expect(live.Page.Locator("[data-fault=link]").First).ToContainTextAsync("by scenario 2");
        await live.Button("Explore from here").ClickAsync();
        await live.Page.WaitForURLAsync("**/keys?key=demo%3Alist");
        Assert.Equal("hold", await cluster.LinkModeAsync("replica-1", 2));
        Assert.Equal("eggs", await cluster.GetAsync("replica-2", "demo:list"));

        // The page is a new one, whose buttons do nothing until it has come to life.
        var faults = live.Page.Locator("[data-fault=link]");
        await Deadline.UntilAsync(
            async () =>
            {
                if (await live.Button("Heal all links").IsVisibleAsync())
                {
                    await live.Button("Heal all links").ClickAsync();
                }

                return await faults.CountAsync();
            },
            count => count == 0,
            "no fault is left",
            30);
        await Deadline.UntilAsync(() => cluster.LinkModeAsync("replica-2", 1), mode => mode == "ok", "the links are healed", 30);
    }

    private static async Task<string> ShownAsync(LivePage live) =>
        await live.Page.Locator(".narrator h2").InnerTextAsync() + await live.Page.Locator(".narrator .claim-list").InnerTextAsync() + await live.Page.Locator(".lesson-diagram").InnerHTMLAsync() + await live.Page.Locator(".lesson-answers tbody").InnerTextAsync();

    private static async Task TabToAsync(LivePage live, ILocator target)
    {
        for (var tabs = 0; tabs < 80; tabs++)
        {
            await live.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail("80 tabs did not reach the control.");
    }

    private async Task<LivePage> OpenAsync(string id)
    {
        var live = await browser.OpenAsync(cluster.Login);
        await live.Page.GotoAsync(new Uri(new Uri(cluster.Login), $"/scenarios/{id}").ToString());
        await new LessonView(live).ReadyAsync();
        return live;
    }

    private async Task CloseAsync(LivePage live, string key)
    {
        Assert.Empty(live.Troubles);
        await live.Button("Close").ClickAsync();
        await live.Page.Locator(".lesson .invitation").WaitForAsync();
        await cluster.UntilAsync("replica-1", key, null);
        await cluster.UntilAsync("replica-2", key, null);
    }
}
