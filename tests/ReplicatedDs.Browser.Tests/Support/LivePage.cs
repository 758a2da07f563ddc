using System.Collections.Concurrent;
using Microsoft.Playwright;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>The live page as a visitor uses it: by what is written on it.</summary>
public sealed class LivePage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _troubles = new();

    public LivePage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _troubles.Enqueue("script error: " + error);
        page.Console += (_, message) =>
        {
            // A lost connection is reported by the browser itself; tests that cut it expect that.
            if (message.Type == "error" && !message.Text.Contains("WebSocket", StringComparison.Ordinal) && !message.Text.Contains("ERR_CONNECTION", StringComparison.Ordinal))
            {
                _troubles.Enqueue("console: " + message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            var host = new Uri(request.Url).Host;
            if (host is not ("127.0.0.1" or "localhost" or ""))
            {
                _troubles.Enqueue("fetched from outside: " + request.Url);
            }
        };
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Troubles => _troubles;

    public ILocator Row(string replica) => Page.Locator($"tr[data-replica='{replica}']");

    public ILocator Clock(int at, int of) => Page.Locator($"[data-cell='{at}-{of}'] .value");

    public ILocator Pending(int at, string dot) => Page.Locator($"[data-pending='{dot}'][data-at='{at}']");

    public ILocator Link(int from, int to) => Page.Locator($"[data-link='{from}-{to}']");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator NewestResult => Page.Locator(".results > li").First;

    /// <summary>The controls work and the feed has drawn: a click before that would be lost.</summary>
    public async Task ReadyAsync()
    {
        try
        {
            await Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
            await Page.WaitForSelectorAsync(".key-form[data-ready]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Page.Url} did not come to life. Troubles: {string.Join("; ", Troubles)}. It shows: {await Page.InnerTextAsync("body")}");
        }
    }

    /// <summary>Writes at a replica by clicking and answers the dot that the page shows.</summary>
    public async Task<string> WriteAsync(string at, string key, string value)
    {
        await FillAsync(at, key);
        await Page.GetByLabel("Value", new PageGetByLabelOptions { Exact = true }).FillAsync(value);
        var result = await ResultOfAsync("Write");
        await Assertions.Expect(result).ToContainTextAsync($"wrote {key} as");
        return await result.GetAttributeAsync("data-dot") ?? throw new InvalidOperationException("The result shows no dot.");
    }

    /// <summary>Reads at a replica by clicking and answers the newest result.</summary>
    public async Task<ILocator> ReadAsync(string at, string key)
    {
        await FillAsync(at, key);
        return await ResultOfAsync("Read");
    }

    /// <summary>
    /// Clicks, and waits until the page counts one result more: what is written in the newest does not tell it from an earlier one, and two
    /// may come between two looks.
    /// </summary>
    private async Task<ILocator> ResultOfAsync(string button)
    {
        var results = Page.Locator(".results");
        var before = await results.GetAttributeAsync("data-count") ?? throw new InvalidOperationException("The page counts no results.");
        try
        {
            await Button(button).ClickAsync();
            await Page.Locator($".results:not([data-count='{before}'])").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{button} has no result. The page shows: {await Page.InnerTextAsync("body")}");
        }

        return NewestResult;
    }

    /// <summary>Goes back through the log by the keyboard until the strip tells of an event.</summary>
    public async Task StepBackToAsync(string sentence)
    {
        var words = Page.Locator("#time-words");
        Task<string> MomentAsync() => Page.EvaluateAsync<string>("document.documentElement.dataset.moment ?? ''");
        await Page.Locator("#main").FocusAsync();
        for (var i = 0; i < 150; i++)
        {
            if ((await words.InnerTextAsync()).Contains(sentence, StringComparison.Ordinal))
            {
                return;
            }

            // The newest events count after a moment: who steps at once begins before them, and comes back.
            var before = await MomentAsync();
            await Page.Keyboard.PressAsync(before.StartsWith("0/", StringComparison.Ordinal) ? "l" : ",");
            await Deadline.UntilAsync(MomentAsync, now => now != before, "the page shows another moment");
        }

        Assert.Fail($"No step back told: {sentence}. It tells: {await words.InnerTextAsync()}");
    }

    /// <summary>
    /// A picture of the page for people to look at, and what can be said about its look without looking: nothing sticks out sideways, and
    /// axe-core finds nothing serious.
    /// </summary>
    public async Task ShowAsync(string name, bool fullPage = true)
    {
        await Page.EvaluateAsync("window.scrollTo(0, 0)");
        await ScreenshotAsync(name, fullPage);
        var width = Page.ViewportSize!.Width;
        var needed = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(needed <= width, $"{name} is {needed} px wide in a window of {width} px.");
        var issues = await Axe.SeriousIssuesAsync(Page);
        Assert.True(issues.Count == 0, $"{name}: {string.Join(Environment.NewLine, issues)}");
    }

    /// <param name="height">Only the upper part, so many pixels.</param>
    public async Task ScreenshotAsync(string name, bool fullPage = true, int? height = null) => await Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Repository.Screenshots, name + ".png"),
        FullPage = fullPage,
        Clip = height is { } wanted ? new Clip { Width = Page.ViewportSize!.Width, Height = wanted } : null,
    });

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private async Task FillAsync(string at, string key)
    {
        await Page.GetByLabel("At", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync(new SelectOptionValue { Value = at });
        await Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync(key);
    }
}
