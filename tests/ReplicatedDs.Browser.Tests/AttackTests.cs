using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>What somebody might store to attack those who look at it, and a cluster that asks every caller for a key.</summary>
public sealed class AttackTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Attack = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

    private static readonly string[] Keys =
    [
        Attack,
        "'\"><svg onload=window.hacked=1>",
        "{{constructor.constructor('window.hacked=1')()}}",
        "../admin/crash",
        "x?siblings=all#y",
        "key;with=cookies, and \u202Eturned",
    ];

    [Fact]
    public async Task KeysAndValues_WithScriptsAndPaths_AreShownAsTextOnEveryPage()
    {
        await using var cluster = await RealCluster.StartAsync("--Security:Keys", "true");
        await using var live = await browser.OpenAsync(cluster.Login);
        await live.ReadyAsync();
        foreach (var key in Keys)
        {
            await live.WriteAsync("replica-1", key, Attack);
            Assert.Equal(Attack, await cluster.GetAsync("replica-1", key));
            await cluster.UntilAsync("replica-2", key, Attack);
            var read = await live.ReadAsync("replica-2", key);
            await Assertions.Expect(read).ToContainTextAsync(Attack);
        }

        Assert.Equal(3, cluster.Replicas().Count(replica => replica.Id is not null));
        foreach (var page in (string[])["", "keys", $"keys?key={Uri.EscapeDataString(Attack)}", $"keys?prefix={Uri.EscapeDataString(Attack)}", "events", "events?q=onerror", $"events?q={Uri.EscapeDataString("key:" + Attack)}", "causality", "pending", "traces", $"traces?key={Uri.EscapeDataString(Attack)}", "metrics", "scenarios", $"scenarios/{Uri.EscapeDataString(Attack)}"])
        {
            await live.Page.GotoAsync(new Uri(new Uri(cluster.Login), "/" + page).ToString());
            await live.Page.WaitForSelectorAsync("html[data-view]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
            if (page.StartsWith("keys?key", StringComparison.Ordinal))
            {
                await Assertions.Expect(live.Page.Locator("#key-title")).ToHaveTextAsync(Attack);
                await Assertions.Expect(live.Page.Locator("[data-answer='1']")).ToContainTextAsync(Attack);
            }
            else if (page is "keys" or "events?q=onerror")
            {
                await Assertions.Expect(live.Page.Locator("main")).ToContainTextAsync("<img src=x");
            }

            Assert.Equal(0, await live.Page.Locator("main img, main script:not([src]), main svg[onload]").CountAsync());
            Assert.True(await live.Page.EvaluateAsync<bool>("window.hacked === undefined"), $"a script ran on /{page}");
        }

        Assert.Empty(live.Troubles);
    }

    [Fact]
    public async Task Replicas_ThatAskForKeys_GetTheDashboardsForReadingWritingAndOperating()
    {
        await using var cluster = await RealCluster.StartAsync("--Security:Keys", "true");
        foreach (var path in (string[])["kv/x", "status", "events", "metrics"])
        {
            Assert.Equal(401, await cluster.StatusWithoutKeyAsync("replica-1", path));
        }

        using (var resp = new TcpClient())
        {
            var address = cluster.Replica("replica-1").Resp!.Split(':');
            await resp.ConnectAsync(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
            await resp.GetStream().WriteAsync("*2\r\n$3\r\nGET\r\n$1\r\nx\r\n"u8.ToArray());
            var answer = new byte[256];
            Assert.StartsWith("-NOAUTH", Encoding.ASCII.GetString(answer, 0, await resp.GetStream().ReadAsync(answer)), StringComparison.Ordinal);
        }

        await using var live = await browser.OpenAsync(cluster.Login);
        await live.ReadyAsync();
        await live.Page.GotoAsync(new Uri(new Uri(cluster.Login), "/scenarios/session").ToString());
        var lesson = new LessonView(live);
        await lesson.ReadyAsync();
        await lesson.Next.ClickAsync();
        await lesson.StepAsync(1);
        await lesson.PlayAsync(2, 4);
        await lesson.PlayAsync(3, 4, guess: 1);
        await lesson.PlayAsync(4, 4);
        Assert.Equal("a book", await cluster.GetAsync("replica-3", "demo:cart"));
        Assert.Empty(live.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, "light-1280")]
    [InlineData(360, ColorScheme.Dark, "dark-360")]
    public async Task Observe_ShowsEveryControlAndTheReasonWhyItIsOff(int width, ColorScheme scheme, string name)
    {
        await using var site = await StandInSite.StartAsync(arguments: ["--Dashboard:Act", "false"]);
        await using var live = await browser.OpenAsync(new Uri(new Uri(site.Login), "/login").ToString(), width, width < 600 ? 740 : 900, scheme);
        await live.ShowAsync($"login-{name}");
        await live.Page.GetByLabel("The secret of this dashboard").FillAsync(site.Login.Split("t=")[1]);
        await live.Page.Keyboard.PressAsync("Enter");
        await live.ReadyAsync();
        await Assertions.Expect(live.Page.Locator(".observes")).ToContainTextAsync("started with Dashboard:Act=false");
        foreach (var button in (ILocator[])[live.Page.Locator("[data-kill='replica-1']").First, live.Page.Locator("[data-key=join]"), live.Page.Locator(".key-form button[type=submit]"), live.Page.Locator("[data-key=scenario-next]")])
        {
            await Assertions.Expect(button).ToHaveAttributeAsync("aria-disabled", "true");
            await Assertions.Expect(button).ToContainTextAsync("This dashboard only observes");
        }

        await Assertions.Expect(live.Page.Locator("[data-key=read]").First).Not.ToHaveAttributeAsync("aria-disabled", "true");
        await live.ShowAsync($"observe-{name}");
        await live.Page.GotoAsync(new Uri(new Uri(site.Login), "/scenarios/siblings").ToString());
        await Assertions.Expect(live.Page.Locator("[data-obstacle]")).ToContainTextAsync("only observes");
        Assert.All(site.Cluster.Replicas.Take(3), replica => Assert.True(replica.IsUp));
        // The browser itself reports that a stranger got the form instead of the page.
        Assert.DoesNotContain(live.Troubles, trouble => !trouble.Contains("401", StringComparison.Ordinal));
    }
}
