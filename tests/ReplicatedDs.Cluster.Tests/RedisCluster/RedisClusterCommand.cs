using ReplicatedDs.Cluster.Tests.Chaos;

namespace ReplicatedDs.Cluster.Tests.RedisCluster;

/// <summary>The run on a Redis Cluster as a program: prints what it did, draws it, and says what values there cost.</summary>
internal static class RedisClusterCommand
{
    public static async Task RunAsync(TimeSpan duration, int seed, string folder, TextWriter output)
    {
        var result = await RedisClusterRun.RunAsync(duration, seed, folder, output);
        await ChaosCommand.TellAsync(result.Run, folder, output);
        result.Write(output);
        result.MustBeSound();
        await RedisClusterCost.RunAsync(output);
    }
}
