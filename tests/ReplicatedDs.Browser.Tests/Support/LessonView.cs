using System.Globalization;
using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>A scenario of the engine as a visitor sees it.</summary>
internal sealed class LessonView(LivePage live)
{
    public ILocator Panel => live.Page.Locator(".lesson");

    public ILocator Next => live.Page.Locator("[data-key=scenario-next]");

    public ILocator Back => live.Page.Locator("[data-key=scenario-back]");

    public ILocator Claims => live.Page.Locator(".claim-list li");

    public ILocator Options => live.Page.Locator(".prediction input");

    public Task ReadyAsync() => live.Page.Locator(".lesson[data-ready]").WaitForAsync();

    public ILocator Answer(int replica, string key) => live.Page.Locator($"[data-answer='{replica}'][data-key-of='{key}']");

    /// <summary>So many steps are over, or all.</summary>
    public async Task StepAsync(int step, string phase = "Ready")
    {
        await Assertions.Expect(live.Page.Locator($".lesson[data-step='{step.ToString(CultureInfo.InvariantCulture)}']:is([data-phase={phase}], [data-phase=Failed])")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var ended = await Panel.GetAttributeAsync("data-phase");
        Assert.True(ended == phase, $"step {step}: {ended}: {await Panel.InnerTextAsync()}");
    }

    public Task ShownAsync(int step) => Assertions.Expect(Panel).ToHaveAttributeAsync("data-shown", step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Goes on to a step, guessing what is given where something is asked.</summary>
    public async Task PlayAsync(int step, int steps, int guess = 0)
    {
        await Next.ClickAsync();
        await ShownAsync(step);
        if (await Panel.GetAttributeAsync("data-step") is { } played && played == (step - 1).ToString(CultureInfo.InvariantCulture) && await Options.CountAsync() > 0 && await Options.First.IsEnabledAsync())
        {
            await Options.Nth(guess).CheckAsync();
            await live.Button("Check").ClickAsync();
        }

        await StepAsync(step, step == steps ? "Done" : "Ready");
        Assert.Equal(await Claims.CountAsync(), await live.Page.Locator(".claim-list li[data-truth=true]").CountAsync());
    }
}
