using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>An earlier moment of a real cluster, confirmed through what was answered then.</summary>
public sealed class RealPastTests(RealCluster cluster, BrowserFixture browser) : IClassFixture<RealCluster>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Past_OfARealCluster_IsWhatWasSo_AndWhatIsKnownToBeStableComesAfterWhatIs()
    {
        await using var live = await browser.OpenAsync(cluster.Login, 1280, 860);
        await live.ReadyAsync();
        await live.Button("Hold link r1 to r3").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");
        var x = await live.WriteAsync("replica-1", "question", "Is it safe?");
        await cluster.UntilAsync("replica-2", "question", "Is it safe?");
        await live.ReadAsync("replica-2", "question");
        var y = await live.WriteAsync("replica-2", "answer", "Yes");
        await live.Pending(3, y).WaitForAsync();
        await live.WriteAsync("replica-2", "other", "1");
        await live.Button("Heal all links").ClickAsync();
        await cluster.UntilAsync("replica-3", "answer", "Yes");
        await live.Button("Kill r2").ClickAsync();
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "killed");
        await live.WriteAsync("replica-1", "later", "1");

        // While r2 is dead; and before that, where the answer waits.
        await live.StepBackToAsync("r2 was killed");
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "killed");
        await live.StepBackToAsync($"r3 buffered r{y} (answer): it waits for r{x}");
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "running");
        await Assertions.Expect(live.Pending(3, y).Locator(".missing")).ToHaveTextAsync("r" + x);
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "held");
        await live.Page.EvaluateAsync("document.activeElement.blur()");
        await live.Page.EvaluateAsync("window.scrollTo(0, 0)");
        await live.ScreenshotAsync("past", fullPage: false);
        await live.Page.GotoAsync(live.Page.Url.Replace("/?", "/keys?key=answer&", StringComparison.Ordinal));
        await Assertions.Expect(live.Page.Locator("[data-then='2']")).ToContainTextAsync("r" + y);
        await Assertions.Expect(live.Page.Locator("[data-then='2']")).ToContainTextAsync("Yes");
        await Assertions.Expect(live.Page.Locator("[data-then='3']")).ToContainTextAsync("none that the log knows");

        // Now: r2 is down, and alone lacks what was written since.
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/clocks").ToString());
        await Assertions.Expect(live.Page.Locator(".stability-sentence")).ToContainTextAsync("r2 (killed) holds it back: without it");
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/").ToString());
        await live.ReadyAsync();
        await live.Button("Restart r2").First.ClickAsync();
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "running");
        await cluster.UntilAsync("replica-2", "later", "1");
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/clocks").ToString());
        var known = live.Page.Locator("[data-stability='1'] td").First;
        await Assertions.Expect(known).ToHaveTextAsync(new Regex(@"^\s*\d+\s*$"), new LocatorAssertionsToHaveTextOptions { Timeout = 60_000 });
        await Assertions.Expect(known).ToHaveTextAsync(new Regex(string.Create(CultureInfo.InvariantCulture, $@"^\s*{int.Parse(x[2..], CultureInfo.InvariantCulture) + 1}\s*$")), new LocatorAssertionsToHaveTextOptions { Timeout = 60_000 });
        await live.ShowAsync("clocks-known");

        await live.Page.SetViewportSizeAsync(1280, 1000);
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), $"/causality?pin=r1:Write:{Uri.EscapeDataString(x)}&focus=r2:Write:{Uri.EscapeDataString(y)}&window=12000").ToString());
        await Assertions.Expect(live.Page.Locator("#causality [data-part=inspector]")).ToContainTextAsync("question at r1 happened before answer at r2");
        await live.Page.Locator("#time-span").SelectOptionAsync("0");
        await live.Page.EvaluateAsync("document.activeElement.blur()");
        await live.Page.WaitForFunctionAsync("document.querySelector('#time-words').textContent.startsWith('Kept')");
        await Assertions.Expect(live.Page.Locator("#causality [data-part=chip]")).ToContainTextAsync("VIEWING");
        await live.ScreenshotAsync("causality-real", fullPage: false);
        Assert.Empty(live.Troubles);
    }
}
