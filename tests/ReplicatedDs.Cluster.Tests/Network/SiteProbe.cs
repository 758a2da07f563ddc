using System.Diagnostics;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>
/// Clients beside each replica that measure: what a write and a read take there, and how long after it was sent a write is readable at the other sites
/// (each asked at once with the write's token, so that it answers as soon as it covers it).
/// </summary>
internal sealed class SiteProbe(IReadOnlyList<ReplicaApi> sites, IReadOnlyCollection<(int From, int To)> pairs)
{
    private const int PauseMs = 40;

    public IReadOnlyList<Latencies> Writes { get; } = [.. sites.Select(_ => new Latencies())];

    public IReadOnlyList<Latencies> Reads { get; } = [.. sites.Select(_ => new Latencies())];

    public IReadOnlyDictionary<(int From, int To), Latencies> Visible { get; } = pairs.ToDictionary(pair => pair, _ => new Latencies());

    /// <summary>Measures until <paramref name="isOver"/>; every pair has been measured then.</summary>
    public static async Task<SiteProbe> RunAsync(IReadOnlyList<ReplicaApi> sites, IReadOnlyCollection<(int From, int To)> pairs, string phase, Func<bool> isOver)
    {
        var probe = new SiteProbe(sites, pairs);
        await Task.WhenAll(Enumerable.Range(1, sites.Count).Select(site => probe.MeasureAsync(site, phase, isOver)));
        return probe;
    }

    private async Task MeasureAsync(int site, string phase, Func<bool> isOver)
    {
        var api = sites[site - 1];
        var targets = pairs.Where(pair => pair.From == site).Select(pair => pair.To).ToList();
        var under = new Queue<Task>();
        for (var number = 0; !isOver() || number < 5; number++)
        {
            var key = $"probe/{phase}/{site}/{number % 50}";
            var clock = Stopwatch.StartNew();
            var (_, token) = await api.WriteAsync(key, $"{number}");
            Writes[site - 1].Add(clock.Elapsed);
            under.Enqueue(Task.WhenAll(targets.Select(target => SeeAsync(site, target, key, token, clock))));
            var before = Stopwatch.GetTimestamp();
            (await api.GetAsync(key)).Expect(HttpStatusCode.OK);
            Reads[site - 1].Add(Stopwatch.GetElapsedTime(before));
            await Task.Delay(PauseMs); // the pace of a client, not a wait for anything
            while (under.TryPeek(out var oldest) && oldest.IsCompleted)
            {
                await under.Dequeue();
            }
        }

        await Task.WhenAll(under);
    }

    private async Task SeeAsync(int from, int to, string key, string token, Stopwatch clock)
    {
        (await sites[to - 1].GetAsync(key, token, timeoutMs: 30_000)).Expect(HttpStatusCode.OK);
        Visible[(from, to)].Add(clock.Elapsed);
    }
}
