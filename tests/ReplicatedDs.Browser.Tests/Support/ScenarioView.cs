using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>Scenario 1 as a visitor sees it.</summary>
internal sealed class ScenarioView(LivePage live)
{
    public const string Invitation = "See the anomaly your database allows";

    public ILocator Panel => live.Page.Locator(".lesson");

    public ILocator Left => live.Page.Locator(".half.counterfactual .bubble[data-shown]");

    public ILocator Right => live.Page.Locator(".half.ours .bubble[data-shown]");

    public ILocator Release => live.Page.Locator(".release button");

    public ILocator Claims => live.Page.Locator(".claim-list li");

    /// <summary>The panel answers clicks.</summary>
    public Task ReadyAsync() => live.Page.Locator(".lesson[data-ready]").WaitForAsync();

    public Task PhaseAsync(string phase) =>
        Assertions.Expect(Panel).ToHaveAttributeAsync("data-phase", phase, new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });

    /// <summary>The answer waits: left it is visible, right it names the dot of the question. Answers that dot.</summary>
    public async Task<string> WaitingAsync()
    {
        await PhaseAsync("Ready");
        await Assertions.Expect(Left).ToHaveCountAsync(1);
        await Assertions.Expect(Left).ToContainTextAsync("Yes");
        await Assertions.Expect(Left).ToContainTextAsync("visible without its question");
        await Assertions.Expect(Right).ToHaveCountAsync(1);
        await Assertions.Expect(Right).ToHaveAttributeAsync("data-visible", "false");
        var missing = await Right.Locator(".missing").InnerTextAsync();
        await Assertions.Expect(Left).ToContainTextAsync(missing);
        return missing;
    }

    /// <summary>Question, then answer, and every sentence is ticked.</summary>
    public async Task DoneAsync()
    {
        await PhaseAsync("Done");
        await Assertions.Expect(Right).ToHaveCountAsync(2);
        await Assertions.Expect(Right.Nth(0)).ToContainTextAsync("Is it safe?");
        await Assertions.Expect(Right.Nth(1)).ToContainTextAsync("it waited");
        await Assertions.Expect(Left.Nth(0)).ToContainTextAsync("Yes");
        await Assertions.Expect(Left.Nth(1)).ToContainTextAsync("too late");
        Assert.Equal(await Claims.CountAsync(), await live.Page.Locator(".claim-list li[data-truth=true]").CountAsync());
    }
}
