using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests;

/// <summary>Every page in both themes at both widths, empty and busy, before a stand-in cluster: it fits, and there is a picture to look at.</summary>
public sealed class PagesTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Pages_EmptyAndBusy_FitWithoutSidewaysScrolling(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, width < 600 ? 740 : 900, scheme);
        await live.ReadyAsync();
        await Assertions.Expect(live.Button(ScenarioView.Invitation)).ToBeEnabledAsync();
        await live.ShowAsync($"first-{name}");

        foreach (var page in (string[])["clocks", "pending", "scenarios", "scenarios/siblings", "scenario"])
        {
            await GoAsync(live, page);
            await live.ShowAsync($"{page.Replace('/', '-')}-empty-{name}");
        }

        var scenario = new ScenarioView(live);
        await scenario.ReadyAsync();
        await live.Button(ScenarioView.Invitation).ClickAsync();
        await scenario.WaitingAsync();
        await live.ShowAsync($"scenario-waiting-{name}");
        await scenario.Release.ClickAsync();
        await scenario.DoneAsync();
        await live.ShowAsync($"scenario-done-{name}");
        await live.Button("Help and keys").ClickAsync();
        await live.ShowAsync($"help-{name}", fullPage: false);
        await live.Page.Locator("#help-close").ClickAsync();

        await GoAsync(live, "");
        await live.ReadyAsync();
        await live.Button("Hold link r1 to r3").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");
        await live.WriteAsync("replica-1", "x", "Is it safe?");
        await live.ReadAsync("replica-2", "x");
        var y = await live.WriteAsync("replica-2", "y", "Yes");
        await live.WriteAsync("replica-2", "z", "Quite");
        await live.Pending(3, y).WaitForAsync();
        await live.Button("Hold link r2 to r1").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "held");
        await live.ShowAsync($"cluster-busy-{name}");

        await live.Page.Locator(".sides input[data-select='replica-2']").CheckAsync();
        await Assertions.Expect(live.Page.Locator("[data-line='2-3']")).ToHaveAttributeAsync("data-look", "cut");
        await Assertions.Expect(live.Page.Locator(".cut-text")).ToContainTextAsync("{r2} | {r1, r3}");
        await live.Page.Locator(".topology").ScreenshotAsync(new LocatorScreenshotOptions { Path = Path.Combine(Repository.Screenshots, $"partition-{name}.png") });
        await live.Button("Cancel the partition").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-line='2-3']")).ToHaveAttributeAsync("data-look", "ok");

        // A click on a line opens what can be done to the link.
        await live.Page.Locator("[data-line='2-3'] .grip").ClickAsync(new LocatorClickOptions { Force = true });
        var editor = live.Page.Locator("[data-link-editor='2-3']");
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await editor.GetByRole(AriaRole.Radio, new LocatorGetByRoleOptions { Name = "Delay" }).CheckAsync();
        await Assertions.Expect(editor.GetByRole(AriaRole.Slider)).ToHaveCountAsync(2);
        await live.ShowAsync($"link-{name}");
        await live.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(editor).ToHaveCountAsync(0);

        await GoAsync(live, "clocks");
        await live.Page.Locator(".key-form[data-ready]").WaitForAsync();
        await live.Page.GetByLabel("Second").SelectOptionAsync("replica-3");
        await Assertions.Expect(live.Page.Locator(".comparison")).ToContainTextAsync("r1 has everything that r3 has, and more");
        await live.ShowAsync($"clocks-busy-{name}");
        await GoAsync(live, "pending");
        var cause = live.Page.Locator("[data-cause='3-1']");
        await Assertions.Expect(cause).ToContainTextAsync("(x) not yet at r3");
        await Assertions.Expect(cause).ToContainTextAsync("link r1→r3 is held");
        await Assertions.Expect(cause.Locator("tbody tr")).ToHaveCountAsync(2);
        await live.ShowAsync($"pending-busy-{name}");
        await Assertions.Expect(live.Button("Release link r1 to r3")).ToBeEnabledAsync();
        await live.Page.Keyboard.PressAsync("f");
        await Assertions.Expect(cause).ToHaveCountAsync(0);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Link_DelayedDroppedAndReleasedByItsPane_ReachesWhatWasAsked()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();

        // By the keyboard: the button of the link in the table, then e.
        await live.Button("Hold link r1 to r3").FocusAsync();
        await live.Page.Keyboard.PressAsync("e");
        var editor = live.Page.Locator("[data-link-editor='1-3']");
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await editor.GetByRole(AriaRole.Radio, new LocatorGetByRoleOptions { Name = "Delay" }).CheckAsync();
        var delay = editor.GetByRole(AriaRole.Slider, new LocatorGetByRoleOptions { Name = "Delay" });
        await delay.FillAsync("40");
        await Assertions.Expect(delay).ToHaveAttributeAsync("aria-valuetext", "1000 ms");
        await editor.GetByRole(AriaRole.Slider, new LocatorGetByRoleOptions { Name = "Jitter" }).FillAsync("20");
        await editor.GetByLabel("Heals itself after").SelectOptionAsync("600");
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delay by 1 s" }).ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync("Link r1→r3 is delayed by 1000 ms ± 200 ms.");
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "delayed");
        Assert.Equal(new LinkRequest("delay", 1000, 200, 100, 600), site.Cluster.Replica(1).Link(3).Fault);

        // Both directions at once.
        await editor.GetByRole(AriaRole.Radio, new LocatorGetByRoleOptions { Name = "Drop" }).CheckAsync();
        await editor.GetByRole(AriaRole.Slider, new LocatorGetByRoleOptions { Name = "Drop" }).FillAsync("30");
        await editor.GetByLabel("Both directions").CheckAsync();
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Drop 30 %" }).ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync("Link r3→r1 drops 30 %");
        Assert.Equal(30, site.Cluster.Replica(1).Link(3).Fault.DropPercent);
        Assert.Equal(("drop", 30), (site.Cluster.Replica(3).Link(1).Mode, site.Cluster.Replica(3).Link(1).Fault.DropPercent));
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Heal this link both ways" }).ClickAsync();
        await Assertions.Expect(live.Page.Locator(".faults")).ToHaveCountAsync(0);

        // Held updates go one by one.
        await editor.GetByRole(AriaRole.Radio, new LocatorGetByRoleOptions { Name = "Hold" }).CheckAsync();
        await editor.GetByLabel("Both directions").UncheckAsync();
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Hold what goes to r3" }).ClickAsync();
        await Assertions.Expect(editor).ToContainTextAsync("held");
        site.Cluster.Replica(1).Write("a", [49], "text/plain");
        site.Cluster.Replica(1).Write("b", [49], "text/plain");
        site.Cluster.Replica(1).Write("c", [49], "text/plain");
        await Assertions.Expect(editor).ToContainTextAsync("3 queued");
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Release one update" }).ClickAsync();
        await Assertions.Expect(editor).ToContainTextAsync("2 queued");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("1");
        await editor.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Release all queued updates" }).ClickAsync();
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("3");
        Assert.Equal("hold", site.Cluster.Replica(1).Link(3).Mode);

        // Closed, the focus is where it came from.
        await live.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(editor).ToHaveCountAsync(0);
        await Assertions.Expect(live.Link(1, 3).Locator("[data-change]")).ToBeFocusedAsync();
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Pause_FreezesWhatTheCircuitDrawsToo_AndActionsStillWork()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Page.Locator("#pause").ClickAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("PAUSED");
        await live.WriteAsync("replica-1", "x", "1");

        // The picture is an earlier one than what the button acts on: the first press asks.
        var hold = live.Link(1, 3).GetByRole(AriaRole.Button).First;
        await hold.ClickAsync();
        await Assertions.Expect(hold).ToContainTextAsync("acts now, not");
        Assert.Equal("ok", site.Cluster.Replica(1).Link(3).Mode);
        await hold.ClickAsync();
        await Assertions.Expect(live.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Faults" })).ToContainTextAsync("link r1→r3 held");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("new");

        // The faults and the write's answer came long after the picture that stands.
        Assert.Equal("0", await live.Row("replica-1").Locator("[data-label=Writes]").InnerTextAsync());
        Assert.Equal("ok", await live.Page.Locator("[data-line='1-3']").GetAttributeAsync("data-look"));
        await live.Page.Locator("#pause").ClickAsync();
        await Assertions.Expect(live.Row("replica-1").Locator("[data-label=Writes]")).ToHaveTextAsync("1");
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "held");
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Lessons_AskingAndAnswered_FitWithoutSidewaysScrolling(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, width < 600 ? 740 : 900, scheme);
        await GoAsync(live, "scenarios/siblings");
        var lesson = new LessonView(live);
        await lesson.ReadyAsync();
        await lesson.Next.ClickAsync();
        await lesson.StepAsync(1);
        await lesson.PlayAsync(2, 5);
        await lesson.Next.ClickAsync();
        await lesson.ShownAsync(3);
        await live.ShowAsync($"lesson-asking-{name}");
        await lesson.Options.Nth(1).CheckAsync();
        await live.Button("Check").ClickAsync();
        await lesson.StepAsync(3);
        await live.ShowAsync($"lesson-answered-{name}");
        await live.Page.Locator("label", new PageLocatorOptions { HasText = "Hide each answer" }).Locator("input").CheckAsync();
        await live.Button("Reveal").WaitForAsync();
        await live.ShowAsync($"lesson-hidden-{name}");
        await live.Button("Reveal").ClickAsync();
        await lesson.PlayAsync(4, 5);
        await live.Button("Next ►").ClickAsync();
        await live.Button("Show without guessing").ClickAsync();
        await lesson.StepAsync(5, "Done");
        await live.Button("Reveal").ClickAsync();
        await live.Page.Locator("[data-outcome=none]").WaitForAsync();
        await live.ShowAsync($"lesson-done-{name}");
        await GoAsync(live, "scenarios/session");
        await lesson.ReadyAsync();
        await lesson.Next.ClickAsync();
        await lesson.StepAsync(1);
        await lesson.PlayAsync(2, 4);
        await lesson.PlayAsync(3, 4, guess: 1);
        await live.ShowAsync($"lesson-session-{name}");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Obstacles_AreNamedAndTheirButtonsHelp()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Button("Hold link r2 to r1").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-obstacle]")).ToContainTextAsync("Link r2→r1 is held");
        await live.Button("Heal all links first").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-obstacle]")).ToHaveCountAsync(0);
        await live.Button("Kill r3").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-obstacle]")).ToContainTextAsync("It needs 3 replicas that run, and there are 2. r3 is killed.");
        await live.ScreenshotAsync("scenario-obstacle", fullPage: false);
        await live.Button("Restart r3 first").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-obstacle]")).ToHaveCountAsync(0);
        await live.Button(ScenarioView.Invitation).ClickAsync();
        var scenario = new ScenarioView(live);
        await scenario.WaitingAsync();

        // Somebody breaks in: it is said, and nothing is left broken.
        await live.Button("Kill r2").ClickAsync();
        await scenario.PhaseAsync("Failed");
        await Assertions.Expect(scenario.Panel).ToContainTextAsync("its links are healed");
        Assert.Equal("ok", site.Cluster.Replica(1).Link(3).Mode);
        await live.ScreenshotAsync("scenario-failed", fullPage: false);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Page_LeftInTheMiddle_HealsAtOnce()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Button(ScenarioView.Invitation).ClickAsync();
        await new ScenarioView(live).WaitingAsync();
        Assert.Equal("hold", site.Cluster.Replica(1).Link(3).Mode);
        await live.Page.Locator(".rail [data-go=k]").ClickAsync();
        await Deadline.UntilAsync(() => site.Cluster.Replica(1).Link(3).Mode, mode => mode == "ok", "the link is healed");
    }

    [Fact]
    public async Task Keyboard_GoesToPagesAndCanBeSwitchedOff()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await live.Button("Kill r3").FocusAsync();
        await live.Page.Keyboard.PressAsync("D");
        await live.Button("Keep it").ClickAsync();
        await Assertions.Expect(live.Page.Locator(".rz-dialog")).ToHaveCountAsync(0);
        await live.Button("Kill r3").FocusAsync();
        await live.Page.Keyboard.PressAsync("S");
        await Assertions.Expect(live.Row("replica-3")).ToHaveAttributeAsync("data-state", "stopped");
        await live.Page.Keyboard.PressAsync("g");
        await live.Page.Keyboard.PressAsync("k");
        await Assertions.Expect(live.Page).ToHaveTitleAsync("Clocks · ReplicatedDs");
        await live.Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
        await live.Page.Keyboard.PressAsync(" ");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("PAUSED");
        await live.Page.Keyboard.PressAsync("l");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync("LIVE");
        await live.Page.Keyboard.PressAsync("?");
        await live.Page.GetByLabel("Single-letter keys are on").UncheckAsync();
        await live.Page.Keyboard.PressAsync("Escape");
        await live.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(live.Page.Locator("#help")).ToBeHiddenAsync();
        await live.Button("Help and keys").ClickAsync();
        await Assertions.Expect(live.Page.Locator("#help")).ToBeVisibleAsync();
        Assert.Empty(live.Troubles);
    }

    private static async Task GoAsync(LivePage live, string page)
    {
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/" + page).ToString());
        await live.Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }
}
