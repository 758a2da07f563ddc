using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>SET, GET and visibility beside Redis.</summary>
internal static class RespComparison
{
    public static async Task<List<Row>> RunAsync(Plan plan, OurCluster ours, RedisCluster redis)
    {
        List<(Row Row, string Command, int Pipeline)> loads =
        [
            (Throughput("set-1", "SET -P 1", 0.6), "set", 1), (Throughput("set-16", "SET -P 16", 0.6), "set", 16),
            (Throughput("get-1", "GET -P 1", 0.8), "get", 1), (Throughput("get-16", "GET -P 16", 0.8), "get", 16),
        ];
        var p50 = new Row("visibility-50", "Visibility p50", "ms", Verdict.Down, null, null, [], redis.Name, []);
        var p99 = new Row("visibility-99", "Visibility p99", "ms", Verdict.Down, 2, null, [], redis.Name, []);
        foreach (var port in (int[])[ours.RespPort(0), redis.Port(0)])
        {
            foreach (var (_, command, pipeline) in loads)
            {
                await RedisBenchmark.RunAsync(port, command, pipeline, plan.WarmUp / (pipeline == 1 ? 5 : 1)).ConfigureAwait(false);
            }
        }

        await Visibility.MeasureAsync(ours.RespPort(0), ours.RespPort(1), plan.Visibilities).ConfigureAwait(false);
        for (var round = 0; round < plan.Rounds; round++)
        {
            foreach (var (row, command, pipeline) in loads)
            {
                var requests = plan.Requests * (pipeline == 1 ? 1 : 5);
                row.Ours.Add((await RedisBenchmark.RunAsync(ours.RespPort(0), command, pipeline, requests).ConfigureAwait(false)).PerSecond);
                row.Others.Add((await RedisBenchmark.RunAsync(redis.Port(0), command, pipeline, requests).ConfigureAwait(false)).PerSecond);
            }

            Add(await Visibility.MeasureAsync(ours.RespPort(0), ours.RespPort(1), plan.Visibilities).ConfigureAwait(false), p50.Ours, p99.Ours);
            Add(await Visibility.MeasureAsync(redis.Port(0), redis.Port(1), plan.Visibilities).ConfigureAwait(false), p50.Others, p99.Others);
        }

        return [.. loads.Select(load => load.Row), p50, p99 with { Goal = Row.Median(p99.Others) }];
    }

    private static Row Throughput(string id, string what, double floor) => new(id, what, "per s", Verdict.RatioUp, floor, 1, [], "Redis", []);

    private static void Add(double[] times, List<double> p50, List<double> p99)
    {
        p50.Add(times[times.Length / 2]);
        p99.Add(times[times.Length * 99 / 100]);
    }
}
