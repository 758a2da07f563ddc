using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>The runs on a network of hosts as programs.</summary>
internal static class NetworkCommand
{
    public static async Task RunAsync(TimeSpan duration, int seed, string folder, TextWriter output)
    {
        var result = await NetworkRun.RunAsync(duration, seed, folder, output);
        await ChaosCommand.TellAsync(result, folder, output);
        result.MustBeSound();
    }

    /// <summary>Does it in a network of its own: outside, starts this program again inside.</summary>
    /// <returns>The exit code: 3 if such networks cannot be made here.</returns>
    public static async Task<int> InsideAsync(string[] arguments, Func<Task<int>> run)
    {
        if (PrivateNetwork.IsInside)
        {
            PrivateNetwork.Settle();
            try
            {
                return await run();
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                // The first process of a namespace cannot end by the signal of an unhandled exception.
                await Console.Error.WriteLineAsync($"{exception}");
                return 1;
            }
        }

        if (PrivateNetwork.Objection() is { } objection)
        {
            await Console.Error.WriteLineAsync(objection);
            return 3;
        }

        // What processes keep goes in there, and goes when they have ended, however they ended.
        using var folder = new Harness.TestFolder();
        return await PrivateNetwork.RunAsync(arguments, new Dictionary<string, string> { ["TMPDIR"] = folder.Path });
    }
}
