using System.Diagnostics;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests;

/// <summary>What is clicked on the live page happens in the cluster: confirmed through the replicas' own HTTP answers.</summary>
public sealed class RealClusterTests(RealCluster cluster, BrowserFixture browser) : IClassFixture<RealCluster>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Write_Clicked_IsAnsweredByAnotherReplica()
    {
        await using var live = await OpenAsync();
        var dot = await live.WriteAsync("replica-1", "clicked", "over there");
        Assert.StartsWith("1#", dot, StringComparison.Ordinal);
        await cluster.UntilAsync("replica-2", "clicked", "over there");
        await cluster.UntilAsync("replica-3", "clicked", "over there");

        var result = await live.ReadAsync("replica-3", "clicked");
        await Assertions.Expect(result).ToContainTextAsync("over there");
        await Assertions.Expect(result).ToHaveAttributeAsync("data-dot", dot);
        await Assertions.Expect(live.Clock(3, 1)).ToHaveTextAsync(dot[2..]);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task HeldLink_Clicked_ShowsTheWaitingUpdateWithItsMissingDotUntilHealed()
    {
        await using var live = await OpenAsync();
        await live.Button("Hold link r1 to r3").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");

        var x = await live.WriteAsync("replica-1", "question", "Is it safe?");
        await cluster.UntilAsync("replica-2", "question", "Is it safe?");
        await live.ReadAsync("replica-2", "question");
        var y = await live.WriteAsync("replica-2", "answer", "Yes");

        var row = live.Pending(3, y);
        await Assertions.Expect(row.Locator(".missing")).ToHaveTextAsync("r" + x);
        await Assertions.Expect(row).ToContainTextAsync("link r1→r3 is held");
        var pending = await cluster.PendingAsync("replica-3");
        Assert.Equal([x], pending!.Updates.Single(update => update.Dot == y).Missing);
        Assert.Null(await cluster.GetAsync("replica-3", "answer"));
        await Assertions.Expect(live.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Faults" })).ToContainTextAsync("link r1→r3 held");
        await live.ShowAsync("cluster-held-link");
        await live.ScreenshotAsync("live", fullPage: false, height: 860);

        await live.Button("Release one update on link r1 to r3").ClickAsync();
        await cluster.UntilAsync("replica-3", "answer", "Yes");
        await cluster.UntilAsync("replica-3", "question", "Is it safe?");
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");

        await live.Button("Heal all links").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "ok");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task HeldLink_OnTheDiagram_ShowsTheWaitTheGhostAndAfterHealingTheApplies()
    {
        await using var live = await OpenAsync();
        await live.Button("Hold link r1 to r3").ClickAsync();
        await Assertions.Expect(live.Link(1, 3)).ToHaveAttributeAsync("data-mode", "hold");
        var x = await live.WriteAsync("replica-1", "drawn-question", "Is it safe?");
        await cluster.UntilAsync("replica-2", "drawn-question", "Is it safe?");
        await live.ReadAsync("replica-2", "drawn-question");
        var y = await live.WriteAsync("replica-2", "drawn-answer", "Yes");

        var page = new CausalityPage(live);
        await page.OpenAsync();
        var buffered = page.Event("Buffer", 3, y);
        await Assertions.Expect(buffered).ToHaveAttributeAsync("data-waiting", "true");
        await Assertions.Expect(buffered).ToHaveAttributeAsync("data-ghost", "true");
        await Assertions.Expect(buffered).ToContainTextAsync($"waits for r1 number {x[2..]}, key drawn-question");
        await Assertions.Expect(page.Event("Apply", 2, x)).ToHaveCountAsync(1);
        await Assertions.Expect(page.Event("Read", 2, x).First).ToBeAttachedAsync();
        await Assertions.Expect(page.Event("Apply", 3, x)).ToHaveCountAsync(0);
        Assert.Null(await cluster.GetAsync("replica-3", "drawn-answer"));
        await page.DrawnAsync();
        await live.ScreenshotAsync("cluster-causality-waiting");

        await live.Button("Heal all links").ClickAsync();
        await cluster.UntilAsync("replica-3", "drawn-answer", "Yes");
        await Assertions.Expect(page.Event("Apply", 3, x)).ToHaveCountAsync(1);
        await Assertions.Expect(page.Event("Apply", 3, y)).ToContainTextAsync($"for r1 number {x[2..]}, key drawn-question");
        await Assertions.Expect(buffered).ToHaveAttributeAsync("data-waiting", "false");
        await page.FocusAsync("Write", 1, x);
        await page.PressAsync("p");
        await page.FocusAsync("Write", 2, y);
        await Assertions.Expect(page.Inspector).ToContainTextAsync("drawn-question at r1 happened before drawn-answer at r2");
        await Assertions.Expect(page.Inspector).ToContainTextAsync("a client read it");
        await page.DrawnAsync();
        await live.ShowAsync("cluster-causality-healed");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task KillAndRestart_Clicked_EndTheProcessAndBringItBackWithItsData()
    {
        await using var live = await OpenAsync();
        await live.WriteAsync("replica-2", "kept", "before the kill");
        await cluster.UntilAsync("replica-1", "kept", "before the kill");
        var pid = cluster.Replica("replica-2").Pid!.Value;

        await live.Button("Kill r2").ClickAsync();
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "killed");
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync($"process {pid} is gone");
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(pid));
        await Assertions.Expect(live.Page.Locator("[data-event=Kill]").First).ToContainTextAsync("r2 was killed");

        // The others go on, and what they write meanwhile is there after the restart.
        await live.WriteAsync("replica-1", "meanwhile", "1");
        await live.ShowAsync("cluster-killed");
        await live.Row("replica-2").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Restart r2" }).ClickAsync();
        await Assertions.Expect(live.Row("replica-2")).ToHaveAttributeAsync("data-state", "running");
        await cluster.UntilAsync("replica-2", "meanwhile", "1");
        await cluster.UntilAsync("replica-2", "kept", "before the kill");
        Assert.NotEqual(pid, cluster.Replica("replica-2").Pid);
        await NothingIsViolatedAsync(live);
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task JoinAndLeave_Clicked_MakeAMemberOfASpareAndASpareOfAMember()
    {
        await using var live = await OpenAsync();
        await live.WriteAsync("replica-1", "before-the-join", "1");
        await live.Button("Join a replica to the cluster").ClickAsync();
        await Assertions.Expect(live.Row("replica-4")).ToHaveAttributeAsync("data-state", "running");
        Assert.True(cluster.Replica("replica-4").Id > 3);
        await cluster.UntilAsync("replica-4", "before-the-join", "1");

        var id = cluster.Replica("replica-4").Id;
        await live.Button($"Let r{id} leave the cluster").ClickAsync();
        await live.Button("Leave").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync(
            "replica-4 is a spare again", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
        await Assertions.Expect(live.Row("replica-4")).ToHaveCountAsync(0);
        await Deadline.UntilAsync(() => cluster.Replica("replica-4"), seen => seen.Id is null && seen.Pid is null, "replica-4 is a spare in cluster.json");
        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Partition_AppliedAndHealed_CutsBothWaysAndMendsThem()
    {
        await using var live = await OpenAsync();
        await live.Page.Locator(".sides input[data-select='replica-3']").CheckAsync();
        await Assertions.Expect(live.Page.Locator(".cut-text")).ToContainTextAsync("{r3} | {r1, r2}");
        Assert.Equal("ok", await cluster.LinkModeAsync("replica-1", 3));
        await live.Button("Apply the cut").ClickAsync();
        await Assertions.Expect(live.Page.Locator("[data-notice=done]")).ToContainTextAsync("4 links drop everything");
        foreach (var (from, to) in ((string, int)[])[("replica-1", 3), ("replica-2", 3), ("replica-3", 1), ("replica-3", 2)])
        {
            Assert.Equal("drop", await cluster.LinkModeAsync(from, to));
        }

        Assert.Equal("ok", await cluster.LinkModeAsync("replica-1", 2));
        await live.WriteAsync("replica-1", "on-this-side", "1");
        await cluster.UntilAsync("replica-2", "on-this-side", "1");

        // The session has seen what replica 3 cannot have: in it, replica 3 would rightly not answer.
        await live.Page.GetByLabel("In my session").UncheckAsync();
        await live.WriteAsync("replica-3", "on-that-side", "1");
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "dropped");
        Assert.Null(await cluster.GetAsync("replica-3", "on-this-side"));
        Assert.Null(await cluster.GetAsync("replica-1", "on-that-side"));
        await live.ShowAsync("cluster-partitioned");

        // By the keyboard, as the help says.
        await live.Page.Keyboard.PressAsync("Alt+h");
        await cluster.UntilAsync("replica-3", "on-this-side", "1");
        await cluster.UntilAsync("replica-1", "on-that-side", "1");
        await Assertions.Expect(live.Page.Locator("[data-line='1-3']")).ToHaveAttributeAsync("data-look", "ok");
        await NothingIsViolatedAsync(live);
        Assert.Empty(live.Troubles);
    }

    /// <summary>The continuous check has looked at what happened, and has nothing to say against it.</summary>
    private static async Task NothingIsViolatedAsync(LivePage live)
    {
        await live.Page.GotoAsync(new Uri(new Uri(live.Page.Url), "/causality").ToString());
        var check = live.Page.Locator(".delivery-check[data-ready]");
        await Assertions.Expect(check).Not.ToHaveAttributeAsync("data-checked", "0");
        Assert.Equal("0", await check.GetAttributeAsync("data-violations"));
    }

    private async Task<LivePage> OpenAsync()
    {
        var live = await browser.OpenAsync(cluster.Login);
        await live.ReadyAsync();
        return live;
    }
}
