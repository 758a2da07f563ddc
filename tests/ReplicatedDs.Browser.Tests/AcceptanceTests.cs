using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Measuring;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>What every page has to keep, as docs/dashboard.md lists it, where no other test shows it already. Before a stand-in cluster.</summary>
public sealed class AcceptanceTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly string[] Pages = ["", "clocks", "causality", "pending", "keys", "keys?key=y", "traces", "metrics", "events", "scenarios", "scenario", "scenarios/siblings"];

    [Fact]
    public async Task Pages_AskNoOtherHost()
    {
        await using var site = await StandInSite.StartAsync();
        await using var live = await browser.OpenAsync(site.Login);
        var here = new Uri(site.Login).Authority;
        var elsewhere = new ConcurrentBag<string>();
        live.Page.Request += (_, request) =>
        {
            if (Uri.TryCreate(request.Url, UriKind.Absolute, out var address) && address.Scheme is not ("data" or "blob") && address.Authority != here)
            {
                elsewhere.Add(request.Url);
            }
        };
        foreach (var page in Pages)
        {
            await GoAsync(live, site, page);
        }

        Assert.Empty(elsewhere);
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_At320Pixels_FitAndAreRead(ColorScheme scheme)
    {
        await using var site = await StandInSite.StartAsync();
        CausalityPage.Play(site);
        await using var live = await browser.OpenAsync(site.Login, 320, 640, scheme);
        foreach (var page in Pages)
        {
            await GoAsync(live, site, page);
            await live.ShowAsync($"narrow-{page.Replace('/', '-').Split('?')[0]}-{scheme}".ToLowerInvariant());
        }

        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FilterHoverAndExport_WorkWhilePausedAndInThePast(bool isPast)
    {
        await using var site = await StandInSite.StartAsync();
        await using var page = await CausalityPage.OpenAsync(browser, site);
        CausalityPage.Play(site);
        await page.SeesAsync("Buffer", 3, "2#1");
        await page.SeesAsync("Apply", 2, "1#2");
        if (isPast)
        {
            await page.Page.Locator("#time-back").ClickAsync();
            await Assertions.Expect(page.Page.Locator("#live-word")).ToContainTextAsync("VIEWING");
        }
        else
        {
            await page.Page.Locator("#pause").ClickAsync();
            await Assertions.Expect(page.Part("chip")).ToContainTextAsync("PAUSED");
        }

        await page.DrawnAsync();
        await page.MoveToAsync("Write", 2, "2#1");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("r2 wrote answer (r2#1)");
        await page.Part("filter").FillAsync("answer");
        await Assertions.Expect(page.Event("Write", 1, "1#1")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Event("Buffer", 3, "2#1")).ToHaveCountAsync(1);
        await page.Page.GetByText("Save what is seen").ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Live.Button("Events, one JSON object a line").ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal("answer", JsonDocument.Parse(line).RootElement.GetProperty("keys")[0].GetString()));

        // The list of events too.
        var address = new Uri(page.Page.Url);
        await page.Page.GotoAsync(new Uri(address, $"/events?q=kind:buffer{(isPast ? "&" + address.Query.TrimStart('?') : "")}").ToString());
        await Assertions.Expect(page.Page.Locator("main")).ToContainTextAsync("r3 buffered r2#1 (answer)");
        await Assertions.Expect(page.Page.Locator("main")).Not.ToContainTextAsync("r1 wrote question");
        Assert.Empty(page.Live.Troubles);
    }

    /// <summary>Hovering costs two look-ups a lifeline, however much is held: far less than the 16.7 ms of a frame, also here.</summary>
    [Fact]
    public async Task Cones_OfAFullDiagram_AreFoundWithinAFrame()
    {
        await using var site = await StandInSite.StartAsync(1, 0);
        await using var live = await browser.OpenAsync(site.Login);
        var seen = await live.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const { Store, Capacity } = await import("/js/causality/store.js");
              const { cones } = await import("/js/causality/cones.js");
              const store = new Store();
              const replicas = 20;
              const clocks = Array.from({ length: replicas + 1 }, () => ({}));
              const wire = [];
              for (let n = 1; wire.length < Capacity; n++) {
                const at = 1 + n % replicas;
                const count = (clocks[at][at] ?? 0) + 1;
                for (const replica of [at, ...Array.from({ length: replicas }, (_, i) => i + 1).filter(id => id !== at)]) {
                  clocks[replica][at] = count;
                  wire.push({ n: wire.length + 1, t: 1_700_000_000_000_000 + wire.length * 30, replica, kind: replica === at ? "Write" : "Apply", dot: `${at}#${count}`, keys: ["x"], clock: { ...clocks[replica] } });
                }
              }
              store.append(wire.slice(0, Capacity));
              const took = [];
              let edges = 0;
              for (let i = 0; i < 300; i++) {
                const row = store.rows[(i * 7919) % store.rows.length];
                const began = performance.now();
                const cone = cones(store, row);
                took.push(performance.now() - began);
                edges += cone.lines.size;
              }
              took.sort((a, b) => a - b);
              return { held: store.rows.length, edges, median: took[150], p95: took[285] };
            }
            """);
        Assert.Equal(65_536, seen.GetProperty("held").GetInt32());
        Assert.Equal(300 * 20, seen.GetProperty("edges").GetInt32());
        Assert.True(seen.GetProperty("median").GetDouble() < 16.7, seen.ToString());
    }

    /// <summary>A busy cluster does not become a busy circuit: panels are drawn when something that they show has changed, and seldom.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("causality")]
    [InlineData("metrics")]
    public async Task RenderBatches_UnderLoad_AreAtMostTenASecond(string path)
    {
        await using var site = await StandInSite.StartAsync(5, 0);
        await using var live = await browser.OpenAsync(site.Login, reducedMotion: false);
        await Traffic.CountAsync(live.Page);
        await GoAsync(live, site, path);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                await timer.WaitForNextTickAsync(CancellationToken.None);
                for (var i = 0; i < 10; i++)
                {
                    site.Cluster.Replica((n + i) % 5 + 1).Write(string.Create(CultureInfo.InvariantCulture, $"key-{n % 50}"), [49], "text/plain");
                }
            }
        });
        var traffic = new Traffic(live.Page);
        for (var second = 0; second < 8; second++)
        {
            await traffic.LookAsync();
            await live.Page.WaitForTimeoutAsync(1000); // What is measured is a rate.
        }

        await traffic.LookAsync();
        await stop.CancelAsync();
        await writing;
        Assert.True(traffic.BatchesPerSecond is > 0 and <= 10, traffic.ToString());
        Assert.Empty(live.Troubles);
    }

    private static async Task GoAsync(LivePage live, StandInSite site, string page)
    {
        await live.Page.GotoAsync(new Uri(new Uri(site.Login), "/" + page).ToString());
        await live.Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }
}
