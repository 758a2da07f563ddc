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

    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine($"redis-benchmark -c 16 -d {ValueBytes} -r {Keys} -n {2 * Keys} -t set, then -t get, on the RESP port of one replica; calls per second:");
        await MeasureAsync("values in memory", [], output);
        await using var redis = await LocalRedisCluster.StartAsync();
        await MeasureAsync("in a Redis Cluster", Settings(redis, cacheMegabytes: 64), output);
        await redis.ClearAsync();
        await MeasureAsync("in a Redis Cluster, a cache of 1 MB", Settings(redis, cacheMegabytes: 1), output);
    }

    private static Dictionary<string, string> Settings(LocalRedisCluster redis, int cacheMegabytes) =>
        new(RedisClusterRun.Settings(redis)) { ["Storage__CacheMegabytes"] = $"{cacheMegabytes}" };

    private static async Task MeasureAsync(string what, Dictionary<string, string> settings, TextWriter output)
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 1, Environment = settings });
        var port = cluster.Slot(1).Resp!.Split(':')[1];
        var set = await BenchmarkAsync(port, "set");
        if (settings.Count > 0)
        {
            await Eventually.SeesAsync("all values are confirmed", cluster[1].StatusAsync, status => status.Values!.UnconfirmedBytes == 0, TimeSpan.FromMinutes(2));
        }

        var get = await BenchmarkAsync(port, "get");
        var memory = ProcessTable.ResidentBytes(cluster.PidOf(1)) >> 20;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: SET {set:N0}, GET {get:N0}; the process has {memory} MB"));
    }

    private static async Task<double> BenchmarkAsync(string port, string test)
    {
        await using var process = ProgramProcess.StartCommand(
            ["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-c", "16", "-d", $"{ValueBytes}", "-r", $"{Keys}", "-n", $"{2 * Keys}", "-t", test, "--csv"]);
        await process.ExitedAsync(TimeSpan.FromMinutes(3));
        var line = process.Output.Split('\n').FirstOrDefault(line => line.StartsWith($"\"{test.ToUpperInvariant()}\"", StringComparison.Ordinal))
            ?? throw new XunitException($"redis-benchmark measured nothing:\n{process.Output}");
        return double.Parse(line.Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }
}
