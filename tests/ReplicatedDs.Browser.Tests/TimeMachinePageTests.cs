using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>The time strip and an earlier moment on every page, before a stand-in cluster.</summary>
public sealed partial class TimeMachinePageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Moment_ChosenByKeys_IsShownByEveryPanel_AndGoneBackTo()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await PlayAsync(site, live);

        // Back to where y waits at r3 for x.
        await live.StepBackToAsync("r3 buffered r2#1 (y): it waits for r1#1");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync(Viewing());
        await Assertions.Expect(live.Row("replica-3").Locator("[data-label=Pending]")).ToHaveTextAsync("1");
        await Assertions.Expect(live.Row("replica-3").Locator("[data-label=Behind]")).ToHaveTextAsync("1 behind r1, 1 behind r2");
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync("0");
        await live.Pending(3, "2#1").WaitForAsync();
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "held");
        await Assertions.Expect(live.Page.Locator("#events li").First).ToContainTextAsync("r3 buffered r2#1 (y)");

        // What is done now is done to the cluster as it is now, and asks first.
        var kill = live.Row("replica-3").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { NameRegex = new Regex("^Kill r3") });
        await kill.ClickAsync();
        await Assertions.Expect(kill).ToContainTextAsync("acts now, not");
        Assert.True(site.Cluster.Replica(3).IsUp);

        // The address is the view: another page takes the moment along, and it can be pasted.
        await live.Page.Locator(".rail [data-go=p]").ClickAsync();
        await Assertions.Expect(live.Page).ToHaveURLAsync(AtInAddress());
        var cause = live.Page.Locator("[data-cause='3-1']");
        await Assertions.Expect(cause).ToContainTextAsync("link r1→r3 is held");
        await using (var pasted = await browser.OpenAsync(site.Login))
        {
            await pasted.Page.GotoAsync(live.Page.Url);
            await Assertions.Expect(pasted.Page.Locator("[data-cause='3-1']")).ToContainTextAsync("link r1→r3 is held");
            await Assertions.Expect(pasted.Page.Locator("#time-words")).ToContainTextAsync("r3 buffered r2#1 (y)");
        }

        await live.Page.Locator("#main").FocusAsync();
        await live.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToHaveTextAsync("LIVE");
        await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync("Nothing is waiting.");
        await Assertions.Expect(live.Page).Not.ToHaveURLAsync(AtInAddress());
        await live.Page.GoBackAsync();
        await Assertions.Expect(cause).ToContainTextAsync("link r1→r3 is held");
        await live.Page.GoForwardAsync();
        await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync("Nothing is waiting.");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Strip_Dragged_MovesThroughTheLog_AndComesBackToLive()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await PlayAsync(site, live);
        await live.Page.Locator("#time-span").SelectOptionAsync("600");
        await Assertions.Expect(live.Page).ToHaveURLAsync(new Regex("span=600"));
        var track = live.Page.Locator("#time-track");
        var box = (await track.BoundingBoxAsync())!;

        // Long before anything happened: as far back as the log reaches, and said so.
        await live.Page.Mouse.MoveAsync(box.X + 40, box.Y + 10);
        await live.Page.Mouse.DownAsync();
        await Assertions.Expect(live.Page.Locator("#time-words")).ToContainTextAsync("as far back as the log reaches");
        await Assertions.Expect(live.Clock(1, 1)).ToHaveTextAsync("0");
        await live.Page.Mouse.MoveAsync(box.X + box.Width - 1, box.Y + 10, new MouseMoveOptions { Steps = 12 });
        await Assertions.Expect(live.Page.Locator("#live-word")).ToHaveTextAsync("LIVE");
        await live.Page.Mouse.UpAsync();
        await Assertions.Expect(live.Clock(1, 1)).ToHaveTextAsync("1");

        // By the keyboard: one event back and on, ten with Shift, the ends.
        await track.PressAsync("ArrowLeft");
        await Assertions.Expect(track).ToHaveAttributeAsync("aria-valuetext", new Regex("ago: "));
        await track.PressAsync("Home");
        await Assertions.Expect(live.Page.Locator("#time-words")).ToContainTextAsync("as far back as the log reaches");
        await track.PressAsync("Shift+ArrowRight");
        await Assertions.Expect(live.Page.Locator("#time-words")).ToContainTextAsync("event 10:");
        await track.PressAsync("End");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToHaveTextAsync("LIVE");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Playback_GoesOnFromTheMoment_AtTheSpeedThatIsChosen_UntilItIsNow()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        await live.ReadyAsync();
        await PlayAsync(site, live);
        var play = live.Page.Locator("#time-play");
        var speed = live.Page.Locator("#time-speed");
        await live.StepBackToAsync("r3 buffered r2#1 (y): it waits for r1#1");
        await play.ClickAsync();
        await Assertions.Expect(play).ToHaveTextAsync("❚❚ stop");
        await Assertions.Expect(live.Page.Locator("#time-words")).Not.ToContainTextAsync("r3 buffered r2#1", new() { Timeout = 30_000 });
        await Assertions.Expect(live.Clock(3, 2)).ToHaveTextAsync("1");

        // One event back is the visitor's own choice: it stands still there.
        await live.Page.Locator("#time-back").ClickAsync();
        await Assertions.Expect(play).ToHaveTextAsync("► play");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync(Viewing());
        await speed.SelectOptionAsync("10");
        await play.ClickAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToHaveTextAsync("LIVE", new() { Timeout = 60_000 });
        await Assertions.Expect(play).ToHaveTextAsync("► play");

        // From now it begins where the strip does; ten times slower, it is there for a while.
        await speed.SelectOptionAsync("0.1");
        await play.ClickAsync();
        await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync(Viewing());
        await Assertions.Expect(play).ToHaveTextAsync("❚❚ stop");
        await live.Page.Locator("#main").FocusAsync();
        await live.Page.Keyboard.PressAsync("L");
        await Assertions.Expect(live.Page.Locator("#live-word")).ToHaveTextAsync("LIVE");
        await Assertions.Expect(play).ToHaveTextAsync("► play");
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Palette_ByKeyboardAlone_GoesToWhatIsNamed_AndActsWhenAskedTwice(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, width < 600 ? 740 : 900, scheme);
        await live.ReadyAsync();
        site.Cluster.Replica(2).Write("cart:7", [49], "text/plain");
        await Assertions.Expect(live.Clock(1, 2)).ToHaveTextAsync("1");
        await live.Page.Locator("#main").FocusAsync();
        await live.Page.Keyboard.PressAsync("/");
        var input = live.Page.Locator("#palette-input");
        await Assertions.Expect(input).ToBeFocusedAsync();
        await live.ShowAsync($"palette-empty-{name}", fullPage: false);
        await input.FillAsync("r2#1");
        await Assertions.Expect(live.Page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync("its write in Causality (cart:7)");
        await live.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(input).ToHaveAttributeAsync("aria-activedescendant", "palette-1");
        await live.ShowAsync($"palette-update-{name}", fullPage: false);

        // What cannot be done says why, and what can be asks once more.
        await input.FillAsync("kill r9");
        await Assertions.Expect(live.Page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync("There is no replica r9.");
        await input.FillAsync("write x=1 at r2");
        await Assertions.Expect(live.Page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync("Write x = 1 at r2");
        await live.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(live.Page.Locator("#palette-note")).ToHaveTextAsync("Write x = 1 at r2? Enter does it, Esc leaves.");
        await Assertions.Expect(live.Clock(2, 2)).ToHaveTextAsync("1");
        await live.ShowAsync($"palette-asks-{name}", fullPage: false);
        await live.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync("r2 wrote x as r2#2.");
        await Assertions.Expect(live.Page.Locator("#palette")).ToBeHiddenAsync();

        await live.Page.Keyboard.PressAsync("Control+k");
        await input.FillAsync("cart");
        await Assertions.Expect(live.Page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync("cart:7");
        await live.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(live.Page).ToHaveURLAsync(new Regex(@"/keys\?key=cart"));
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Pages_InThePast_FitAndAreRead(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login, width, width < 600 ? 740 : 900, scheme);
        await live.ReadyAsync();
        if (width < 600)
        {
            await live.Page.Locator("#time-open").ClickAsync();
        }

        await PlayAsync(site, live);
        await live.StepBackToAsync("r3 buffered r2#1 (y): it waits for r1#1");
        await Assertions.Expect(live.Row("replica-3").Locator("[data-label=Pending]")).ToHaveTextAsync("1");
        await live.ShowAsync($"past-cluster-{name}");
        await live.ScreenshotAsync($"past-window-{name}", fullPage: false);
        foreach (var (page, seen) in new[]
        {
            ("clocks", "1 behind r1, 1 behind r2"), ("pending", "link r1→r3 is held"), ("keys?key=y", "none that the log knows"), ("events", "up to"), ("metrics", "wait"), ("traces", "Each update on its way"), ("causality", "VIEWING"),
        })
        {
            var address = new Uri(live.Page.Url);
            await live.Page.GotoAsync(new Uri(address, $"/{page}{(page.Contains('?', StringComparison.Ordinal) ? "&" : "?")}{address.Query.TrimStart('?')}").ToString());
            await Assertions.Expect(live.Page.Locator("#live-word")).ToContainTextAsync(Viewing());
            await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync(seen);
            await live.ShowAsync($"past-{page.Split('?')[0]}-{name}", fullPage: width > 600);
        }

        Assert.Empty(live.Troubles);
    }

    [GeneratedRegex(@"^VIEWING \d\d:\d\d:\d\d\.\d$")]
    private static partial Regex Viewing();

    [GeneratedRegex(@"at=\d{4}-")]
    private static partial Regex AtInAddress();

    /// <summary>A question that reaches r3 after its answer, and then everything is there.</summary>
    private static async Task PlayAsync(StandInSite site, LivePage live)
    {
        await live.Button("Hold link r1 to r3").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");
        site.Cluster.Replica(1).Write("x", [49], "text/plain");
        site.Cluster.Replica(2).Write("y", [50], "text/plain");
        await live.Pending(3, "2#1").WaitForAsync();
        await live.Button("Heal link r1 to r3").First.ClickAsync();
        await Assertions.Expect(live.Clock(3, 2)).ToHaveTextAsync("1");
        await Assertions.Expect(live.Page.Locator("#time-words")).ToContainTextAsync("Kept:");
    }
}
