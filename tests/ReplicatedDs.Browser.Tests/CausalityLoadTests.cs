using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;
using Xunit.Abstractions;

namespace ReplicatedDs.Browser.Tests;

/// <summary>
/// The diagram under five replicas and about 2,000 applies a second, through the whole way: feed, collector, hub, browser. A few
/// seconds in the suite; <c>CAUSALITY_LOAD_SECONDS</c> makes it a measurement.
/// </summary>
public sealed class CausalityLoadTests(BrowserFixture browser, ITestOutputHelper output) : IClassFixture<BrowserFixture>
{
    private const int WritesPerSecond = 500;

    [Fact]
    public async Task Diagram_UnderLoad_KeepsDrawingWithinBounds()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("CAUSALITY_LOAD_SECONDS"), CultureInfo.InvariantCulture, out var given) ? given : 8;
        await using var site = await StandInSite.StartAsync(5, 0);
        await using var live = await browser.OpenAsync(site.Login, reducedMotion: false);
        var page = new CausalityPage(live);
        await page.OpenAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => WriteAsync(site, stop.Token));
        await live.Page.WaitForFunctionAsync("() => document.getElementById('causality').diagram.store.rows.length > 2000");

        var measured = new List<JsonElement>();
        var slice = Math.Clamp(seconds / 6, 4, 30);
        for (var elapsed = 0; elapsed < seconds; elapsed += slice)
        {
            measured.Add(await live.Page.EvaluateAsync<JsonElement>(Measure, slice * 1000));
            output.WriteLine(measured[^1].ToString());
        }

        // Level 2: a window of so many events is drawn as ribbons, which count every one of them.
        await Assertions.Expect(page.Part("level")).ToContainTextAsync("L2 · ribbons", new() { Timeout = 30_000 });
        await live.ScreenshotAsync("causality-load", fullPage: false);
        var missed = await live.Page.EvaluateAsync<int>(Uncounted);
        Assert.True(missed == 0, $"{missed} events in the window are in no ribbon.");
        Assert.True(await live.Page.EvaluateAsync<int>(OnRibbons) <= 1000, "Marks stand out of the ribbons without end.");
        await page.Page.Keyboard.PressAsync("Space");
        await page.Page.GetByLabel("Show as table").CheckAsync();
        await Assertions.Expect(page.Page.Locator("[data-table-ribbon]")).ToHaveCountAsync(5);
        await page.Page.GetByLabel("Show as table").UncheckAsync();

        // Zooming in lowers the level, down to every single event.
        await ZoomUntilAsync(page, "L1 · sampled");
        await live.ScreenshotAsync("causality-load-sampled", fullPage: false);
        await Assertions.Expect(page.Part("degraded")).ToContainTextAsync("Drawing 1 in");
        await ZoomUntilAsync(page, "L0 · exact");
        await stop.CancelAsync();
        var writes = await writing;
        output.WriteLine($"{writes} writes, {writes * 4} applies");
        var last = measured[^1];

        // Where drawing is dear the page draws seldom, so that it leaves time for clicks; it never stands still.
        Assert.True(last.GetProperty("fps").GetDouble() > 2, last.ToString());
        Assert.True(last.GetProperty("rows").GetInt32() <= 65_536, last.ToString());
        Assert.True(last.GetProperty("items").GetInt32() <= 200, last.ToString());
        Assert.True(last.GetProperty("behindMs").GetDouble() < 5000, last.ToString());
        Assert.True(live.Troubles.Count == 0, string.Join(Environment.NewLine, live.Troubles));
    }

    /// <summary>Events of the window, of those lifelines and kinds that ribbons count, that no piece of a ribbon counts.</summary>
    private const string Uncounted =
        """
        () => {
          const { store, geometry } = document.getElementById("causality").diagram;
          const [from, to] = [Math.ceil(store.rows[0].time / 1000) * 1000 + 1000, Math.floor(store.lastTime / 1000) * 1000 - 1000];
          let missing = 0;
          for (const id of geometry.ids) {
            const counted = store.ribbons.pieces(store, id, from, to - 1, 0.05).reduce((sum, piece) => sum + piece.writes + piece.applies + piece.reads, 0);
            const held = store.lane(id).rows.filter(row => row.time >= from && row.time < to && (row.kind === "Write" || row.kind === "Apply" || row.kind === "Read")).length;
            missing += Math.abs(held - counted);
          }
          return missing;
        }
        """;

    /// <summary>Marks that are drawn on the ribbons.</summary>
    private const string OnRibbons = "() => { const d = document.getElementById('causality').diagram; return d.store.rows.filter(row => row.time >= d.seenFrom && d.isShown(row)).length; }";

    private static async Task ZoomUntilAsync(CausalityPage page, string level)
    {
        for (var i = 0; i < 14; i++)
        {
            await page.Part("zoom-in").ClickAsync();
            await page.DrawnAsync();
            if ((await page.Part("level").TextContentAsync())!.StartsWith(level, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"Not {level}, but {await page.Part("level").TextContentAsync()}.");
    }

    /// <summary>Frames, drawing time, the age of the newest row and the memory, over some time.</summary>
    private const string Measure =
        """
        async milliseconds => {
          const d = document.getElementById("causality").diagram;
          Object.assign(d.stats, { frames: 0, drawMs: 0, worstMs: 0 });
          const gaps = [];
          const began = performance.now();
          let last = began;
          const first = d.store.newest;
          await new Promise(done => {
            const tick = at => {
              const now = performance.now();
              gaps.push(now - last);
              last = now;
              if (now - began > milliseconds) { done(); } else { requestAnimationFrame(tick); }
            };
            requestAnimationFrame(tick);
          });
          gaps.sort((a, b) => a - b);
          const seconds = (performance.now() - began) / 1000;
          const round = value => Math.round(value * 10) / 10;
          return {
            seconds: round(seconds), fps: round(d.stats.frames / seconds), drawMs: round(d.stats.drawMs / d.stats.frames), worstMs: round(d.stats.worstMs),
            frameP50: round(gaps[Math.floor(gaps.length / 2)]), frameP95: round(gaps[Math.floor(gaps.length * 0.95)]), rowsPerSecond: Math.round((d.store.newest - first) / seconds),
            rows: d.store.rows.length, updates: d.store.updates.size, lost: d.store.lost, rate: d.sampling.rate, items: document.querySelectorAll("[data-part=twin] [role=option]").length,
            behindMs: round(d.now - d.store.lastTime), heapMb: round((performance.memory?.usedJSHeapSize ?? 0) / 1e6),
          };
        }
        """;

    /// <summary>Writes at all replicas in turn at a steady pace, and holds a link now and then, so that something waits.</summary>
    private static async Task<int> WriteAsync(StandInSite site, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var writes = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (; writes < clock.Elapsed.TotalSeconds * WritesPerSecond; writes++)
                {
                    if (writes % 1000 is 0 or 60)
                    {
                        lock (site.Cluster.Gate)
                        {
                            var link = site.Cluster.Replica(1).Link(3);
                            link.Mode = writes % 1000 == 0 ? "hold" : "ok";
                            site.Cluster.Flow();
                        }
                    }

                    site.Cluster.Replica(writes % 5 + 1).Write($"key-{writes % 50}", [49], "text/plain");
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        return writes;
    }
}
