using System.Globalization;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.RedisServers;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.RedisCluster;

/// <summary>What values in a Redis Cluster cost: the same load by <c>redis-benchmark</c> on one replica with its values in memory, and in a Redis Cluster.</summary>
internal static class RedisClusterCost
{
    private const int Keys = 40_000;
    private const int ValueBytes = 1000;
    private const int Rounds = 3;

    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine($"redis-benchmark -c 16 -d {ValueBytes} -r {Keys} -n {Keys} -t set, then -t get, on the RESP port of one replica; calls per second, the median of {Rounds} rounds:");
        await using var redis = await LocalRedisCluster.StartAsync();
        (string What, Dictionary<string, string> Settings, List<(double Set, double Get)> Rates)[] ways =
        [
            ("values in memory", [], []), ("in a Redis Cluster", Settings(redis, cacheMegabytes: 64), []), ("in a Redis Cluster, a cache of 1 MB", Settings(redis, cacheMegabytes: 1), []),
        ];

        // In turn, so that whatever else the machine does falls on all of them.
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var way in ways)
            {
                way.Rates.Add(await MeasureAsync(way.Settings));
                await redis.ClearAsync();
            }
        }

        foreach (var way in ways)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {way.What}: SET {Median(way.Rates.Select(rate => rate.Set)):N0}, GET {Median(way.Rates.Select(rate => rate.Get)):N0}"));
        }
    }

    private static double Median(IEnumerable<double> numbers) => numbers.Order().ElementAt(Rounds / 2);

    private static Dictionary<string, string> Settings(LocalRedisCluster redis, int cacheMegabytes) =>
        new(RedisClusterRun.Settings(redis)) { ["Storage__CacheMegabytes"] = $"{cacheMegabytes}" };

    private static async Task<(double Set, double Get)> MeasureAsync(Dictionary<string, string> settings)
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 1, Environment = settings });
        var port = cluster.Slot(1).Resp!.Split(':')[1];
        var set = await BenchmarkAsync(port, "set");
        if (settings.Count > 0)
        {
            await Eventually.SeesAsync("all values are confirmed", cluster[1].StatusAsync, status => status.Values!.UnconfirmedBytes == 0, TimeSpan.FromMinutes(2));
        }

        return (set, await BenchmarkAsync(port, "get"));
    }

    private static async Task<double> BenchmarkAsync(string port, string test)
    {
        await using var process = ProgramProcess.StartCommand(
            ["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-c", "16", "-d", $"{ValueBytes}", "-r", $"{Keys}", "-n", $"{Keys}", "-t", test, "--csv"]);
        await process.ExitedAsync(TimeSpan.FromMinutes(3));
        var line = process.Output.Split('\n').FirstOrDefault(line => line.StartsWith($"\"{test.ToUpperInvariant()}\"", StringComparison.Ordinal))
            ?? throw new XunitException($"redis-benchmark measured nothing:\n{process.Output}");
        return double.Parse(line.Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }
}
