using ReplicatedDs.Cluster.Tests.Chaos;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>Three sites as a program.</summary>
internal static class WideAreaCommand
{
    public static async Task RunAsync(TimeSpan cut, int seed, string folder, TextWriter output)
    {
        var result = await WideAreaRun.RunAsync(new WideAreaPlan(cut, seed, folder), output);
        await ChaosCommand.TellAsync(result.Chaos, folder, output);
        result.MustBeSound();
    }
}
