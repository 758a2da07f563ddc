using System.Diagnostics;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests.Measuring;

/// <summary>What a user of an idle cluster notices: how soon it serves, how soon a write is seen elsewhere, what it takes of memory.</summary>
internal static class Measurements
{
    private const int Writes = 2_000;
    private const int WarmUp = 4000;

    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine($"{Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}");
        using var programs = new ProgramFolder("dotnet", "sh");
        var withoutRedis = new ClusterSpec { Environment = new Dictionary<string, string> { ["PATH"] = programs.Path } };
        await using (var cluster = await TestCluster.StartAsync(withoutRedis))
        {
            output.WriteLine($"start to cluster.json, 3 replicas, without redis-server: {cluster.StartedWithin.TotalSeconds:0.0} s");
        }

        await using (var cluster = await TestCluster.StartAsync())
        {
            output.WriteLine($"start to cluster.json, 3 replicas, with redis-server: {cluster.StartedWithin.TotalSeconds:0.0} s");
            WriteMemory(cluster, "idle, just started", output);
            await MeasureVisibilityAsync(cluster, output);
            WriteMemory(cluster, $"idle, after {WarmUp + Writes} writes", output);
            await cluster.StopAsync();
            await cluster.RestartAsync();
            output.WriteLine($"second start to cluster.json: {cluster.StartedWithin.TotalSeconds:0.0} s");
        }
    }

    /// <summary>One write at a time at replica 1; both others are asked for it with its token, so that they answer once it is readable.</summary>
    private static async Task MeasureVisibilityAsync(TestCluster cluster, TextWriter output)
    {
        var (writer, readers) = (cluster[1], new[] { cluster[2], cluster[3] });
        var write = new List<double>(Writes);
        var visible = new List<double>(Writes);
        for (var i = 0; i < WarmUp + Writes; i++)
        {
            var key = $"measured/{i}";
            var clock = Stopwatch.StartNew();
            var (_, token) = await writer.WriteAsync(key, "1");
            var written = clock.Elapsed.TotalMilliseconds;
            var seen = (await Task.WhenAll(readers.Select(reader => UntilReadableAsync(reader, key, token, clock)))).Max();
            if (i >= WarmUp)
            {
                write.Add(written);
                visible.Add(seen);
            }
        }

        output.WriteLine($"write answered (fsync), {Writes} writes one after another: {Percentiles(write)}");
        output.WriteLine($"from sending the write to readable at both other replicas: {Percentiles(visible)}");
    }

    private static async Task<double> UntilReadableAsync(ReplicaApi reader, string key, string token, Stopwatch clock)
    {
        (await reader.GetAsync(key, token)).Expect(HttpStatusCode.OK);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static void WriteMemory(TestCluster cluster, string when, TextWriter output)
    {
        var resident = cluster.Describe().Replicas.Where(replica => replica.Pid is not null).Select(replica => ProcessTable.ResidentBytes(replica.Pid!.Value) >> 20);
        output.WriteLine($"resident memory per replica, {when}: {string.Join(", ", resident)} MiB");
    }

    private static string Percentiles(List<double> milliseconds)
    {
        milliseconds.Sort();
        double At(double share) => milliseconds[(int)(share * (milliseconds.Count - 1))];
        return $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, max {milliseconds[^1]:0.0} ms";
    }
}
