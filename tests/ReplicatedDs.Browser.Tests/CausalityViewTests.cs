using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>What is followed, searched for, drawn in logical time, saved and kept in the address, before a stand-in cluster.</summary>
public sealed class CausalityViewTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Follow_Logical_AndVerdict_FitAndAreRead(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site, width, scheme);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.FocusAsync("Write", 1, "1#1");
        await page.PressAsync("p");
        await page.FocusAsync("Write", 2, "2#1");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("question at r1 happened before answer at r2");
        await Assertions.Expect(page.Inspector.Locator(".witnesses")).ToContainTextAsync("A knows nothing more; this knows more: r2 1 > 0");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-verdict-{name}");

        await page.Inspector.Locator("[data-follow='key:answer']").ClickAsync();
        await Assertions.Expect(page.Part("following")).ToContainTextAsync("Following key answer");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("follow=key%3Aanswer"));
        await page.PressAsync("Escape");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-follow-{name}");
        await page.Page.GoBackAsync();
        await Assertions.Expect(page.Part("following")).ToBeHiddenAsync();

        await page.Page.GetByLabel("Logical time").CheckAsync();
        await Assertions.Expect(page.Part("zoom")).ToHaveTextAsync("40 steps");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-logical-{name}");
        Assert.Empty(page.Live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task CollapseIdle_FoldsWhatIsEmpty_SaysHowMuch_AndTheAxisTellsTrueTimes(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site, width, scheme);
        lock (site.Cluster.Gate)
        {
            site.Cluster.Behind = TimeSpan.FromSeconds(90);
            site.Cluster.Replica(1).Write("long-ago", [49], "text/plain");
            site.Cluster.Behind = TimeSpan.FromSeconds(30);
            site.Cluster.Replica(2).Write("later", [49], "text/plain");
        }

        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#2");
        await page.Page.GetByLabel("Collapse idle").CheckAsync();
        await page.FocusAsync("Write", 1, "1#1");
        await Assertions.Expect(page.Part("level")).ToContainTextAsync(new Regex(@"1:2\d without any event folded, in 2 places"));
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("idle=folded"));

        // A minute and a half in the window of 15 s; every event stands where its own time is.
        await page.Page.EvaluateAsync("() => { const d = document.getElementById('causality').diagram; d.viewport.end = d.axis(d.store.rows.at(-1)) + 500; d.twinAt = 0; d.touch(); }");
        await page.DrawnAsync();
        var seen = await page.Page.EvaluateAsync<double[]>(
            """
            () => {
              const d = document.getElementById("causality").diagram;
              const off = Math.max(...d.store.rows.map(row => Math.abs(d.store.axis.time(d.axis(row)) - row.time)));
              return [d.seenTo - d.seenFrom, d.viewport.window, off];
            }
            """);
        Assert.InRange(seen[0], 80_000, 200_000);
        Assert.InRange(seen[1], 14_999, 15_001);
        Assert.InRange(seen[2], 0, 0.001);
        await page.Live.ShowAsync($"causality-folded-{name}");

        await page.Page.GetByLabel("Collapse idle").UncheckAsync();
        await Assertions.Expect(page.Part("level")).Not.ToContainTextAsync("folded");
        Assert.Empty(page.Live.Troubles);
    }

    [Fact]
    public async Task Address_Pasted_ShowsTheSamePinFocusKeyAndAxis()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.FocusAsync("Write", 1, "1#1");
        await page.PressAsync("p");
        await page.FocusAsync("Buffer", 3, "2#1");
        await page.Part("filter").FillAsync("s");
        await page.Page.GetByLabel("Logical time").CheckAsync();
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("focus=r3%3ABuffer%3A2%231"));
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("pin=r1%3AWrite%3A1%231"));

        await using var pasted = new CausalityPage(await browser.OpenAsync(site.Login));
        await pasted.Page.GotoAsync(page.Page.Url);
        await Assertions.Expect(pasted.Event("Buffer", 3, "2#1")).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(pasted.Inspector).ToContainTextAsync("pinned: r1 wrote question (r1#1)");
        await Assertions.Expect(pasted.Part("filter")).ToHaveValueAsync("s");
        await Assertions.Expect(pasted.Page.GetByLabel("Logical time")).ToBeCheckedAsync();
        Assert.Empty(pasted.Live.Troubles);
    }

    [Fact]
    public async Task Search_FindsWhatWaitedWhatConflictsAndTheLongestChain()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Apply", 1, "2#1"); // each replica tells by a feed of its own
        await page.SeesAsync("Apply", 2, "1#2");
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.Part("search-on").ClickAsync();
        await Assertions.Expect(page.Part("found")).ToHaveTextAsync("1 of 1");
        await Assertions.Expect(page.Event("Buffer", 3, "2#1")).ToHaveAttributeAsync("aria-selected", "true");
        await page.Part("search").SelectOptionAsync("concurrent");
        await Assertions.Expect(page.Part("found")).ToHaveTextAsync("none");
        await page.Part("search").SelectOptionAsync("chain");
        await Assertions.Expect(page.Part("found")).ToHaveTextAsync(new Regex("^1 of [3-9]$"));
        await Assertions.Expect(page.Focused).ToHaveAttributeAsync("data-dot", "1#1");
        await page.DrawnAsync();
        await page.Live.ShowAsync("causality-chain");
        Assert.Empty(page.Live.Troubles);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task Svg_Saved_HasTextTitleLegendAndNothingThatIsNotANumber(int width)
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site, width);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.Page.Locator("summary", new PageLocatorOptions { HasText = "Save what is seen" }).ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Live.Button("Picture (SVG)").ClickAsync());
        var text = await File.ReadAllTextAsync(await download.PathAsync());
        File.Copy(await download.PathAsync(), Path.Combine(Repository.Screenshots, $"causality-{width}.svg"), overwrite: true);
        var svg = XDocument.Parse(text).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("Space-time diagram of a ReplicatedDs cluster", svg.Element(ns + "title")!.Value);
        Assert.Contains("3 replicas", svg.Element(ns + "desc")!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("undefined", text, StringComparison.Ordinal);
        var words = svg.Descendants(ns + "text").Select(one => one.Value).ToList();
        Assert.Contains("r3", words);
        Assert.Contains(words, one => one.StartsWith("Filled: write.", StringComparison.Ordinal));
        Assert.Contains(words, one => one.Contains(width < 600 ? "waits: r1#1" : "waits for r1#1 (question)", StringComparison.Ordinal));
        Assert.InRange(svg.Descendants(ns + "path").Count(), 10, 400);
        Assert.Empty(page.Live.Troubles);
    }
}
