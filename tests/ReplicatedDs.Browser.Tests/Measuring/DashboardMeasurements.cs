using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <summary>
/// What the dashboard costs and how it holds up: from <c>dotnet run</c> to the end of scenario 1, and a cluster under a steady load
/// without it and with it and two browsers.
/// </summary>
internal static class DashboardMeasurements
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MemoryIsFlatAfter = TimeSpan.FromMinutes(2);

    /// <summary>A click that takes so many milliseconds is not answered any more.</summary>
    private const double NotAnswered = 30_000;

    /// <summary>
    /// Clicks Read and answers after how many milliseconds the result is on the page; measured where the click is. A button that is
    /// still busy with the click before takes none, so that is waited for first. What is not answered in the time it gets counts as that long.
    /// </summary>
    private const string ClickRead =
        """
        async patience => {
          const list = document.querySelector(".results");
          const button = document.querySelector("[data-key=read]");
          const until = condition => new Promise(done => {
            const began = performance.now();
            const look = () => {
              if (condition() || performance.now() - began > patience) { done(performance.now() - began); } else { setTimeout(look, 2); }
            };
            look();
          });
          await until(() => button.ariaBusy !== "true");
          const before = list.dataset.count;
          button.click();
          return await until(() => list.dataset.count !== before);
        }
        """;

    /// <summary>What can be the reason that a click is not answered: the button, whether it is still that of the page, and what the page says of itself.</summary>
    private const string WhyNot =
        """
        () => [document.querySelector("[data-key=read]")?.outerHTML, "results " + document.querySelector(".results")?.dataset.count,
               document.querySelector("main")?.innerText.slice(0, 600)].join("; ")
        """;

    public static async Task RunAsync(TextWriter output, LoadPlan plan)
    {
        DescribeMachine(output);
        await MeasureFirstMinuteAsync(output);
        await CompareAsync(output, plan);
    }

    /// <summary>Only the load, without the dashboard and with it.</summary>
    public static async Task RunLoadAsync(TextWriter output, LoadPlan plan)
    {
        DescribeMachine(output);
        await CompareAsync(output, plan);
    }

    private static async Task CompareAsync(TextWriter output, LoadPlan plan)
    {
        output.WriteLine(plan);
        var without = await MeasureLoadAsync(output, plan, hasDashboard: false);
        var with = await MeasureLoadAsync(output, plan, hasDashboard: true);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"throughput with the dashboard and two browsers: {with / without:0.000} of that without"));
    }

    private static void DescribeMachine(TextWriter output) =>
        output.WriteLine($"{Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}");

    private static async Task MeasureFirstMinuteAsync(TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await RealCluster.RunAsync();
        var serves = clock.Elapsed;
        await using var browsers = await Browsers.OpenAsync();
        await using var live = await browsers.Fixture.OpenAsync(cluster.Login);
        await live.ReadyAsync();
        var shown = clock.Elapsed;
        await live.Page.Locator("#events li").First.WaitForAsync();
        var told = clock.Elapsed;
        await live.Button(ScenarioView.Invitation).ClickAsync();
        var scenario = new ScenarioView(live);
        await scenario.WaitingAsync();
        await scenario.Release.ClickAsync();
        await scenario.DoneAsync();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet run to the dashboard answering {serves.TotalSeconds:0.0} s, to its page live {shown.TotalSeconds:0.0} s, to the first event on it {told.TotalSeconds:0.0} s, to scenario 1 started, released and done {clock.Elapsed.TotalSeconds:0.0} s"));
    }

    /// <returns>The writes answered per second.</returns>
    private static async Task<double> MeasureLoadAsync(TextWriter output, LoadPlan plan, bool hasDashboard)
    {
        var length = plan.Length;
        await using var cluster = await RealCluster.StartAsync(
            "--Replicas:Count", plan.Replicas.ToString(CultureInfo.InvariantCulture), "--Dashboard:Enabled", hasDashboard ? "true" : "false");
        using var load = new WriteLoad(cluster, plan.WritesPerSecond);
        if (!hasDashboard)
        {
            await load.RunAsync(WarmUp);
            var before = ProcessorUse.Seconds();
            var alone = await load.RunAsync(length);
            output.WriteLine($"without the dashboard: {alone}");
            output.WriteLine($"processors used: {ProcessorUse.Describe(before, ProcessorUse.Seconds(), length)}");
            return alone.PerSecond;
        }

        await using var browsers = await Browsers.OpenAsync();
        await using var live = await browsers.Fixture.OpenAsync(cluster.Login, reducedMotion: false);
        await Traffic.CountAsync(live.Page);
        await live.Page.ReloadAsync();
        await live.ReadyAsync();
        await live.Page.GetByLabel("In my session").UncheckAsync();
        await using var drawn = await browsers.Fixture.OpenAsync(cluster.Login, reducedMotion: false);
        await Traffic.CountAsync(drawn.Page);
        await new CausalityPage(drawn).OpenAsync();

        var idle = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            idle.Add(await live.Page.EvaluateAsync<double>(ClickRead, NotAnswered));
        }

        await load.RunAsync(WarmUp);
        using var dashboard = Process.GetProcessById((await cluster.DashboardPidAsync())!.Value);
        var processor = ProcessorUse.Seconds();
        var writing = load.RunAsync(length);
        var clicks = new List<double>();
        var clickedAt = new List<TimeSpan>();
        var (onCluster, onCausality) = (new Traffic(live.Page), new Traffic(drawn.Page));
        var clock = Stopwatch.StartNew();
        var memory = new List<(TimeSpan At, long MiB)>();
        var heaps = new List<(double Cluster, double Causality)>();
        using var timer = new PeriodicTimer(Between);
        while (!writing.IsCompleted && await timer.WaitForNextTickAsync())
        {
            clickedAt.Add(clock.Elapsed);
            clicks.Add(await live.Page.EvaluateAsync<double>(ClickRead, NotAnswered));
            if (clicks[^1] >= NotAnswered)
            {
                output.WriteLine($"a click was not answered: {await live.Page.EvaluateAsync<string>(WhyNot)}");
            }

            await onCluster.LookAsync();
            await onCausality.LookAsync();
            if (clock.Elapsed >= TimeSpan.FromSeconds(15 * (memory.Count + 1)))
            {
                dashboard.Refresh();
                memory.Add((clock.Elapsed, dashboard.WorkingSet64 >> 20));
                heaps.Add((await HeapAsync(live.Page), await HeapAsync(drawn.Page)));
            }
        }

        var result = await writing;
        var shares = ProcessorUse.Describe(processor, ProcessorUse.Seconds(), length);
        output.WriteLine($"with the dashboard and two browsers: {result}");
        output.WriteLine($"clicks on Read before the load: {Describe(idle)}");
        var halfMinutes = clicks.Zip(clickedAt).GroupBy(click => (int)(click.Second / TimeSpan.FromSeconds(30)), click => click.First);
        output.WriteLine($"of them under 200 ms in each half minute: {string.Join(", ", halfMinutes.Select(some => $"{some.Count(one => one < 200)} of {some.Count()}"))}");
        output.WriteLine($"clicks on Read under it, one a second: {Describe(clicks)}");
        output.WriteLine($"render batches and traffic of the Cluster page: {onCluster}");
        output.WriteLine($"render batches and traffic of the Causality page: {onCausality}");
        output.WriteLine($"the Causality page says: {await drawn.Page.InnerTextAsync("[data-part=level]")}. {(await drawn.Page.InnerTextAsync("[data-part=degraded]")).Trim()}");
        output.WriteLine($"resident memory of the dashboard every 15 s: {string.Join(", ", memory.Select(one => one.MiB))} MiB");
        if (memory.Where(one => one.At >= MemoryIsFlatAfter).Select(one => one.MiB).ToList() is { Count: > 1 } late)
        {
            output.WriteLine($"from two minutes on: {late.Min()} to {late.Max()} MiB");
        }

        output.WriteLine($"processors used: {shares}");
        output.WriteLine($"script heaps (Cluster, Causality) every 15 s: {string.Join(", ", heaps.Select(heap => string.Create(CultureInfo.InvariantCulture, $"{heap.Cluster:0}+{heap.Causality:0}")))} MB");
        return result.PerSecond;
    }

    private static Task<double> HeapAsync(IPage page) => page.EvaluateAsync<double>("performance.memory.usedJSHeapSize / 1e6");

    private static string Describe(List<double> took)
    {
        took.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {At(took, 0.5):0} ms, p95 {At(took, 0.95):0} ms, largest {took[^1]:0} ms; {took.Count(one => one < 200)} of {took.Count} under 200 ms");
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    /// <summary>A browser outside of a test.</summary>
    private sealed class Browsers : IAsyncDisposable
    {
        public BrowserFixture Fixture { get; } = new();

        public static async Task<Browsers> OpenAsync()
        {
            var browsers = new Browsers();
            await browsers.Fixture.InitializeAsync();
            return browsers;
        }

        public async ValueTask DisposeAsync() => await Fixture.DisposeAsync();
    }
}
