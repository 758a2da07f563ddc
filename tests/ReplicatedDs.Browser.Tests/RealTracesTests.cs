using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests;

/// <summary>The README's tour on a real cluster, seen through the spans that its replicas export.</summary>
public sealed class RealTracesTests(RealCluster cluster, BrowserFixture browser) : IClassFixture<RealCluster>, IClassFixture<BrowserFixture>
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Tour_HeldAndHealed_IsAWaitLinkedToTheTraceOfItsCause()
    {
        await using var page = await browser.OpenAsync(cluster.Login);
        await SetLinkAsync(HttpMethod.Put, "1", "3");
        var (x, _) = await WriteAsync("replica-1", "x", "Is it safe?");
        await cluster.UntilAsync("replica-2", "x", "Is it safe?");
        var token = await ReadTokenAsync("replica-2", "x");
        var (y, clock) = await WriteAsync("replica-2", "y", "Yes", token);
        Assert.NotNull(clock);

        // While it waits.
        await GoAsync(page, "/traces");
        var row = page.Page.Locator($"[data-update='{y}']");
        await Assertions.Expect(row).ToContainTextAsync($"waits at r3 for r{x}");
        await row.Locator("a.trace-open").ClickAsync();
        var update = page.Page.Locator($".trace-update[data-update='{y}']");
        await Assertions.Expect(update.Locator(".summary")).ToContainTextAsync("It is not yet visible at r3: r3 has waited");
        await page.ShowAsync("cluster-trace-waiting");

        await SetLinkAsync(HttpMethod.Delete, "1", null);
        await cluster.UntilAsync("replica-3", "y", "Yes");
        await Assertions.Expect(update.Locator(".summary")).ToContainTextAsync($"of that r3 waited for r{x}.");
        await Assertions.Expect(update.Locator(".summary")).ToContainTextAsync("2 of 3 replicas showed it after");
        await Assertions.Expect(update.Locator("tr.critical[data-replica='3']")).ToContainTextAsync("critical path");
        await Assertions.Expect(update.Locator("tr[data-replica='1']")).ToContainTextAsync("replica-1");
        var link = update.Locator($"[data-blocker='{x}'][data-at='3'] a");
        await Assertions.Expect(link).ToBeVisibleAsync();
        await page.ShowAsync("cluster-trace");

        await link.ClickAsync();
        var cause = page.Page.Locator($".trace-update[data-update='{x}']");
        await Assertions.Expect(cause.Locator(".summary")).ToContainTextAsync($"r1 wrote x as r{x}.");
        await Assertions.Expect(cause.Locator($"[data-waiter='{y}']")).ToContainTextAsync("at r3");
        await page.ShowAsync("cluster-trace-cause");
        Assert.Empty(page.Troubles);
    }

    [Fact]
    public async Task Write_ClickedOnTheLivePage_HasATraceOfItsOwn()
    {
        await using var live = await browser.OpenAsync(cluster.Login);
        await live.ReadyAsync();
        var first = await live.WriteAsync("replica-1", "traced-1", "1");
        var second = await live.WriteAsync("replica-2", "traced-2", "2");
        await GoAsync(live, "/traces?key=traced");
        var rows = live.Page.Locator("tr[data-update]");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        await Assertions.Expect(live.Page.Locator($"[data-update='{first}']")).ToContainTextAsync("ms");
        var traces = await rows.Locator("a.trace-open").EvaluateAllAsync<string[]>("all => all.map(a => a.pathname)");
        Assert.Equal(2, traces.Distinct().Count());
        Assert.StartsWith("2#", second, StringComparison.Ordinal);

        await live.ShowAsync("cluster-traces");
        await live.Page.Locator($"[data-update='{first}'] a.trace-open").ClickAsync();
        await Assertions.Expect(live.Page.Locator($".trace-update[data-update='{first}'] tr[data-replica]")).ToHaveCountAsync(3);
        Assert.Empty(live.Troubles);
    }

    private async Task GoAsync(LivePage page, string path)
    {
        await page.Page.GotoAsync(new Uri(new Uri(cluster.Login), path).ToString());
        await page.Page.Locator("[data-ready]").First.WaitForAsync();
    }

    private async Task<(string Dot, IDictionary<string, long>? Clock)> WriteAsync(string at, string key, string value, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{cluster.Replica(at).Http}/kv/{key}") { Content = new StringContent(value) };
        if (token is not null)
        {
            request.Headers.Add("Causal-Token", token);
        }

        using var response = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var written = await response.Content.ReadFromJsonAsync<WrittenView>();
        return (written!.Dot, written.Clock);
    }

    private async Task<string> ReadTokenAsync(string at, string key)
    {
        using var response = await Http.GetAsync(new Uri($"{cluster.Replica(at).Http}/kv/{key}"));
        return response.Headers.GetValues("Causal-Token").Single();
    }

    private async Task SetLinkAsync(HttpMethod method, string from, string? to)
    {
        using var request = new HttpRequestMessage(method, $"{cluster.Replica("replica-" + from).Http}/admin/links{(to is null ? "" : "/" + to)}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ClusterKey);
        if (to is not null)
        {
            request.Content = JsonContent.Create(new { mode = "hold" });
        }

        using var response = await Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    private sealed record WrittenView(string Dot, IDictionary<string, long>? Clock);
}
