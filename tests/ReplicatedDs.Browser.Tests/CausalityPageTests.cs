using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>The space-time diagram before a stand-in cluster, asserted through the list that stands for the picture.</summary>
public sealed class CausalityPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(1280, ColorScheme.Dark, "dark-1280")]
    [InlineData(360, ColorScheme.Light, "light-360")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Page_EmptyAndBusy_ShowsWaitGhostAndApplies(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site, width, scheme);
        await Assertions.Expect(page.Part("message")).ToContainTextAsync("Nothing has happened yet");
        await page.Live.ShowAsync($"causality-empty-{name}");

        CausalityPage.Play(site);
        await Assertions.Expect(page.Event("Buffer", 3, "2#1")).ToContainTextAsync("waits for r1 number 1, key question. Without causal delivery it would have been visible here.");
        await Assertions.Expect(page.Event("Buffer", 3, "2#1")).ToHaveAttributeAsync("data-ghost", "true");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-waiting-{name}");

        var link = site.Cluster.Replica(1).Link(3);
        lock (site.Cluster.Gate)
        {
            link.Mode = "ok";
            site.Cluster.Flow();
            site.Cluster.Replica(3).Write("later", [51], "text/plain");
        }

        await Assertions.Expect(page.Event("Apply", 3, "2#1")).ToContainTextAsync("for r1 number 1, key question");
        await page.FocusAsync("Apply", 3, "2#1");
        await page.PressAsync("+");
        await page.PressAsync("+");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("r3 applied answer (r2#1) after waiting");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-cones-{name}");

        await page.FocusAsync("Write", 1, "1#1");
        await page.PressAsync("p");
        await page.FocusAsync("Write", 2, "2#1");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("question at r1 happened before answer at r2, because r2 applied question, r1#1,");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("a client read it");
        await page.DrawnAsync();
        await page.Live.ShowAsync($"causality-verdict-{name}");
        Assert.Empty(page.Live.Troubles);
    }

    [Fact]
    public async Task Cones_Verdicts_AndPaths_EqualAWalkOverTheGraph()
    {
        await using var site = await StandInSite.StartAsync(1, 0);
        await using var live = await browser.OpenAsync(site.Login);
        var script = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "ReplicatedDs.Browser.Tests", "Scripts", "causality-model.js"));
        var result = await live.Page.EvaluateAsync<System.Text.Json.JsonElement>(
            script[script.IndexOf("async (", StringComparison.Ordinal)..], new { modules = "/js/causality", seeds = Enumerable.Range(1, 20).ToArray() });
        Assert.True(result.GetProperty("count").GetInt32() == 0, result.ToString());
        Assert.True(result.GetProperty("compared").GetInt32() > 100_000, result.ToString());
    }

    [Fact]
    public async Task Export_ForShiViz_KeepsItsRulesAndShowsTheCounterfactual()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        lock (site.Cluster.Gate)
        {
            site.Cluster.Replica(1).Link(3).Mode = "ok";
            site.Cluster.Flow();
        }

        await page.SeesAsync("Apply", 3, "2#1");
        await page.Page.GetByText("Save what is seen").ClickAsync();
        var log = await SavedAsync(page, "Log for ShiViz");
        Assert.Equal("=== (?<trace>.*) ===", log[1]);

        // The parser's own expression, with the braces that .NET wants escaped.
        var line = new System.Text.RegularExpressions.Regex("^" + log[0].Replace("{.*}", "\\{.*\\}", StringComparison.Ordinal) + "$");
        foreach (var execution in string.Join('\n', log.Skip(2)).Split("=== ", StringSplitOptions.RemoveEmptyEntries).Where(part => part.Contains('{', StringComparison.Ordinal)))
        {
            var own = new Dictionary<string, int>();
            var hosts = new HashSet<string>();
            var named = new HashSet<string>();
            foreach (var text in execution.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            {
                var match = line.Match(text);
                Assert.True(match.Success, text);
                var host = match.Groups["host"].Value;
                var clock = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, int>>(match.Groups["clock"].Value)!;
                Assert.Equal(own.GetValueOrDefault(host) + 1, clock[host]);
                own[host] = clock[host];
                hosts.Add(host);
                named.UnionWith(clock.Keys);
            }

            Assert.Subset(hosts, named);
        }

        var all = string.Join('\n', log);
        Assert.Contains("=== counterfactual: apply on arrival ===", all, StringComparison.Ordinal);
        Assert.Contains("r3 VIOLATION key=answer dot=r2#1", all, StringComparison.Ordinal);

        var events = await SavedAsync(page, "Events, one JSON object a line");
        Assert.Contains(events, text => System.Text.Json.JsonDocument.Parse(text).RootElement is var one
            && one.GetProperty("kind").GetString() == "Buffer" && one.GetProperty("missing")[0].GetString() == "r1#1" && one.GetProperty("wouldBeVisible").GetBoolean());
        Assert.Empty(page.Live.Troubles);
    }

    [Fact]
    public async Task Keyboard_Alone_WalksCausality()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.PressAsync("[");
        await Assertions.Expect(page.Focused).ToHaveAttributeAsync("data-kind", "Buffer");
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("VIEWING");
        await page.PressAsync("b");
        await IsAtAsync("Write", 1, "1#1");
        await page.PressAsync("B");
        await IsAtAsync("Buffer", 3, "2#1");
        await page.PressAsync("Enter");
        await IsAtAsync("Write", 2, "2#1");
        await page.PressAsync("Enter");
        await IsAtAsync("Read", 2, "1#1");
        await page.PressAsync("ArrowLeft");
        await IsAtAsync("Apply", 2, "1#1");
        await page.PressAsync("Enter");
        await IsAtAsync("Write", 1, "1#1");
        await page.PressAsync("p");
        await page.PressAsync("ArrowDown");
        await IsAtAsync("Apply", 2, "1#1");
        await page.PressAsync("v");
        await Assertions.Expect(page.Page.Locator("#announcer")).ToContainTextAsync("question at r1 happened before r2 applying r1#1");
        await page.PressAsync("Escape");
        await page.PressAsync("Escape");
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("LIVE");
        await page.Page.GetByLabel("Show as table").CheckAsync();
        await Assertions.Expect(page.Part("table").Locator("[data-table-event=Buffer]")).ToContainTextAsync("r1#1 (question)");
        Assert.Empty(page.Live.Troubles);

        async Task IsAtAsync(string kind, int at, string dot)
        {
            await Assertions.Expect(page.Event(kind, at, dot)).ToHaveAttributeAsync("aria-selected", "true");
            await Assertions.Expect(page.List).ToHaveAttributeAsync("aria-activedescendant", await page.Focused.GetAttributeAsync("id") ?? "");
        }
    }

    [Fact]
    public async Task Pause_FreezesTheViewAndCountsWhatIsNew()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        site.Cluster.Replica(1).Write("x", [49], "text/plain");
        await page.SeesAsync("Apply", 3, "1#1");
        await page.Page.Locator("#pause").ClickAsync();
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("PAUSED");
        var end = await page.Page.EvaluateAsync<double>("document.getElementById('causality').diagram.viewport.end");
        site.Cluster.Replica(1).Write("x", [50], "text/plain");
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("3 new");
        Assert.Equal(end, await page.Page.EvaluateAsync<double>("document.getElementById('causality').diagram.viewport.end"));
        await page.Page.Locator("#pause").ClickAsync();
        await page.SeesAsync("Apply", 3, "1#2");
        Assert.Empty(page.Live.Troubles);
    }

    [Fact]
    public async Task Pointer_OnAnEvent_LightsItsConesAndAClickPinsIt()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Write", 1, "1#2");
        await page.Page.Locator("#pause").ClickAsync();
        await page.MoveToAsync("Write", 1, "1#1");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("r1 wrote question (r1#1)");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("past 0 writes");
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.UpAsync();
        await page.MoveToAsync("Buffer", 3, "2#1");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("neither could have known of the other");
        await page.DrawnAsync();
        await page.Live.ShowAsync("causality-concurrent");
        Assert.Empty(page.Live.Troubles);
    }

    [Fact]
    public async Task Dashboard_StartedAnew_KeepsThePictureGreyAndComesBack()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        site.Cluster.Replica(1).Write("x", [49], "text/plain");
        await page.SeesAsync("Apply", 3, "1#1");
        await site.StopDashboardAsync();
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("DISCONNECTED");
        await Assertions.Expect(page.Part("message")).ToContainTextAsync("This is the picture of");
        Assert.Equal(1, await page.Event("Apply", 3, "1#1").CountAsync());
        await page.Live.ShowAsync("causality-disconnected");
        site.Cluster.Replica(1).Write("x", [50], "text/plain");
        await site.StartDashboardAsync();
        await Assertions.Expect(page.Part("chip")).ToContainTextAsync("LIVE");
        await page.SeesAsync("Apply", 3, "1#2");
    }

    [Fact]
    public async Task KillAndRestart_AreOnTheLifeline()
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await site.CrashAsync("replica-3");
        await page.SeesAsync("Kill", 3, "");
        await Assertions.Expect(page.Event("Buffer", 3, "2#1")).ToContainTextAsync("until r3 went down");
        await Assertions.Expect(page.Page.Locator("#causality [data-lane='3']")).ToContainTextAsync("down");
        site.Cluster.Replica(1).Write("x", [49], "text/plain");
        await page.SeesAsync("Apply", 2, "1#3");
        await site.StartReplicaAsync("replica-3");
        await page.SeesAsync("Restart", 3, "");
        await page.DrawnAsync();
        await page.Live.ShowAsync("causality-killed");
        Assert.Empty(page.Live.Troubles);
    }

    private static async Task<string[]> SavedAsync(CausalityPage page, string button)
    {
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Live.Button(button).ClickAsync());
        return await File.ReadAllLinesAsync(await download.PathAsync());
    }
}
