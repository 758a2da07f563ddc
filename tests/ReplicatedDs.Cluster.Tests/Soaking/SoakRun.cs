using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>
/// A real cluster at a steady load for a long time. In rounds, so that nothing here grows either: after each all replicas must agree, the checker looks at the
/// round's history, and every key is deleted. The last two replicas are restarted in turn, one in each round; the others live through all of it.
/// </summary>
internal sealed class SoakRun
{
    private const double HomesShare = 0.25; // of the writes
    private const double RoamersWrite = 0.48; // of their calls
    private const int DeletesPerCall = 500;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly SoakPlan _plan;
    private readonly TestCluster _cluster;
    private readonly TextWriter _output;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Sample> _samples = [];
    private int _rounds;
    private int _restarts;
    private long _answered;
    private long _written;
    private long _checked;
    private long _promised;

    private SoakRun(SoakPlan plan, TestCluster cluster, TextWriter output)
    {
        _plan = plan;
        _cluster = cluster;
        _output = output;
    }

    public static async Task<SoakResult> RunAsync(SoakPlan plan, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"soak --minutes {plan.Duration.TotalMinutes:0.##} --rate {plan.WritesPerSecond:0.#} --seed {plan.Seed}: {plan.Replicas} replicas, {plan.Roamers} roaming sessions"));

        // A small log is full soon: what is measured is the state after that.
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec
        {
            Count = plan.Replicas,
            Environment = new Dictionary<string, string> { ["Log__KeepMegabytes"] = "8" },
        });
        var run = new SoakRun(plan, cluster, output);
        using var stop = new CancellationTokenSource();
        var sampling = run.SampleAsync(stop.Token);
        try
        {
            do
            {
                await run.RoundAsync();
            }
            while (run._clock.Elapsed < plan.Duration);
        }
        finally
        {
            await stop.CancelAsync();
            await sampling;
        }

        await Eventually.SeesAsync(
            "no replica holds a key or a tombstone any more",
            async () => await Task.WhenAll(cluster.Running().Select(async replica => (await replica.StatusAsync()).Counters.Keys)),
            keys => keys.All(count => count == 0),
            TimeSpan.FromMinutes(1));
        return new SoakResult(run._clock.Elapsed, run._samples, run._rounds, run._restarts, run._answered, run._written, run._checked, run._promised);
    }

    private async Task RoundAsync()
    {
        _rounds++;
        var plan = new TrafficPlan(_plan.Seed + _rounds, _plan.Roamers, _plan.Replicas, _plan.WritesPerSecond * (1 - HomesShare) / RoamersWrite / _plan.Roamers)
        {
            HomesPerSecond = _plan.WritesPerSecond * HomesShare / _plan.Replicas,
        };
        using var recorder = new Recorder(Path.Combine(_plan.Folder, "history.jsonl"), $"soak --seed {_plan.Seed}, round {_rounds}");
        await using var traffic = TrafficLoad.Start(plan, _cluster, recorder);
        await PassAsync(traffic, 0.5);
        await RestartAsync(_cluster[_plan.Replicas - (_rounds % 2)].Name, traffic);
        await PassAsync(traffic, 1);
        await traffic.StopAsync();
        var rest = await AtRest.SeeAsync(_cluster, traffic.Book, recorder);
        Assert.True(traffic.Tally.Surprises.Count == 0, $"{traffic.Tally[Ending.Surprise]} answers that nothing explains, such as {string.Join("; ", traffic.Tally.Surprises)}");
        rest.MustBeSound();
        _answered += traffic.Tally.Answered;
        _written += traffic.Tally.Written;
        _checked += rest.Checked.Operations;
        _promised += rest.Promised;
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_clock.Elapsed.TotalMinutes,5:0.0} min: round {_rounds}: {traffic.Tally.Answered:N0} calls, {traffic.Tally.Written:N0} writes ({traffic.Tally.Written / traffic.Tally.Elapsed.TotalSeconds:0} per second), {rest.Keys:N0} keys the same at {rest.Replicas} replicas, checker: {rest.Checked.Operations:N0} operations, 0 findings"));
        await DeleteAllAsync();
    }

    /// <summary>Lets the load go on until so much of the round is over.</summary>
    private async Task PassAsync(TrafficLoad traffic, double share)
    {
        while (traffic.Tally.Elapsed < _plan.Round * share)
        {
            await traffic.GoesOnAsync((long)Math.Max(1, _plan.WritesPerSecond / 4));
        }
    }

    private async Task RestartAsync(string name, TrafficLoad traffic)
    {
        await _cluster.Control.StopAsync(name);
        await traffic.GoesOnAsync((long)_plan.WritesPerSecond);
        await _cluster.Control.StartAsync(name);
        _restarts++;
    }

    private async Task DeleteAllAsync()
    {
        var replica = _cluster[1];
        while (await replica.GetAsync<ListView>($"/kv?limit={DeletesPerCall}") is { Keys: { Count: > 0 } keys })
        {
            var deletes = new TransactionInput([.. keys.Select(key => new OperationInput(Delete: new KeyInput(key.Key)))], null);
            (await replica.CallAsync(HttpMethod.Post, "/transactions", JsonContent.Create(deletes, options: Json))).Expect(HttpStatusCode.OK);
        }

        await _cluster.SettledAsync();
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_plan.SampleEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var slot in _cluster.Describe().Replicas.Where(slot => slot.Pid is not null))
                {
                    if (await SampleAsync(slot) is { } sample)
                    {
                        _samples.Add(sample);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The load has ended.
        }
    }

    /// <returns><c>null</c> if it is being restarted.</returns>
    private async Task<Sample?> SampleAsync(ResourceView slot)
    {
        const string Heap = "replicated_ds_heap_bytes ";
        var replica = new ReplicaApi(slot, _cluster.Describe().ClusterKey);
        try
        {
            var metrics = (await replica.CallAsync(HttpMethod.Get, "/metrics")).Expect(HttpStatusCode.OK).Body;
            var heap = metrics.Split('\n').Single(line => line.StartsWith(Heap, StringComparison.Ordinal))[Heap.Length..];
            var disk = (await replica.StatusAsync()).Disk.UsedBytes;
            using var process = Process.GetProcessById(slot.Pid!.Value);
            return new Sample(
                _clock.Elapsed, slot.Name, process.Id, process.WorkingSet64, long.Parse(heap, CultureInfo.InvariantCulture), process.HandleCount, process.Threads.Count, disk);
        }
        catch (Exception exception) when (exception is HttpRequestException or XunitException or InvalidOperationException or ArgumentException or IOException)
        {
            return null;
        }
    }
}
