using System.Globalization;
using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>The Causality page, read through the list that stands for the picture.</summary>
internal sealed class CausalityPage(LivePage live) : IAsyncDisposable
{
    public LivePage Live => live;

    public IPage Page => live.Page;

    public ILocator List => Part("twin");

    public ILocator Inspector => Part("inspector");

    public ILocator Part(string name) => Page.Locator($"#causality [data-part={name}]");

    /// <summary>An event of the diagram, such as the Buffer of 2#1 at replica 3.</summary>
    public ILocator Event(string kind, int at, string dot) => List.Locator($"[data-kind={kind}][data-at='{at}'][data-dot='{dot}']");

    public ILocator Focused => List.Locator("[aria-selected=true]");

    public static async Task<CausalityPage> OpenAsync(BrowserFixture browser, StandInSite site, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = new CausalityPage(await browser.OpenAsync(site.Login, width, 900, scheme));
        await page.OpenAsync();
        return page;
    }

    /// <summary>Question at 1, held to 3; read at 2; answer at 2; another write at 1. Told as if it had taken its time.</summary>
    public static void Play(StandInSite site)
    {
        var cluster = site.Cluster;
        lock (cluster.Gate)
        {
            cluster.Replica(1).Link(3).Mode = "hold";
            cluster.Behind = TimeSpan.FromMilliseconds(1200);
            cluster.Replica(1).Write("question", "Is it safe?"u8.ToArray(), "text/plain");
            cluster.Behind = TimeSpan.FromMilliseconds(800);
            cluster.Replica(2).RecordRead("question");
            cluster.Behind = TimeSpan.FromMilliseconds(400);
            cluster.Replica(2).Write("answer", "Yes"u8.ToArray(), "text/plain");
            cluster.Behind = TimeSpan.Zero;
            cluster.Replica(1).Write("other", [49], "text/plain");
        }
    }

    public async Task OpenAsync()
    {
        await Page.GotoAsync(new Uri(new Uri(Page.Url), "/causality").ToString());
        try
        {
            await Page.WaitForSelectorAsync("#causality[data-rows]");
            await Assertions.Expect(Part("chip")).ToContainTextAsync("LIVE");
        }
        catch (Exception problem) when (problem is TimeoutException or PlaywrightException)
        {
            Assert.Fail($"{Page.Url} did not come to life: {problem.Message} Troubles: {string.Join("; ", live.Troubles)}. It shows: {await Page.InnerTextAsync("body")}");
        }
    }

    /// <summary>Waits until the diagram has an event.</summary>
    public Task SeesAsync(string kind, int at, string dot) => Event(kind, at, dot).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

    public ValueTask DisposeAsync() => live.DisposeAsync();

    public Task PressAsync(string key) => List.PressAsync(key);

    /// <summary>Walks backwards through the log until an event has the focus.</summary>
    public async Task FocusAsync(string kind, int at, string dot)
    {
        await PressAsync("End");
        for (var i = 0; i < 200; i++)
        {
            if (await Focused.And(Event(kind, at, dot)).CountAsync() == 1)
            {
                return;
            }

            await PressAsync(",");
        }

        var seen = await List.TextContentAsync();
        Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"No {kind} of {dot} at r{at} in: {seen}"));
    }

    /// <summary>Moves the pointer onto an event's mark.</summary>
    public async Task MoveToAsync(string kind, int at, string dot)
    {
        var n = await Event(kind, at, dot).GetAttributeAsync("data-n");
        var place = await Page.EvaluateAsync<float[]>(
            """
            n => {
              const d = document.getElementById("causality").diagram;
              const row = d.store.rows.find(other => other.n === n);
              const box = d.scene.canvas.getBoundingClientRect();
              return [box.left + row.x - d.viewport.left, box.top + d.geometry.across(row.at)];
            }
            """,
            long.Parse(n!, CultureInfo.InvariantCulture));
        await Page.Mouse.MoveAsync(place[0], place[1]);
    }

    /// <summary>Waits until the picture has been drawn after what came before.</summary>
    public async Task DrawnAsync()
    {
        var frames = await Page.EvaluateAsync<int>("document.getElementById('causality').diagram.stats.frames");
        await Page.EvaluateAsync("document.getElementById('causality').diagram.touch()");
        await Page.WaitForFunctionAsync("n => document.getElementById('causality').diagram.stats.frames > n", frames);
    }
}
