using System.Collections.Concurrent;
using System.Net;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Checks that acknowledged writes are where they must be.</summary>
internal static class Durable
{
    /// <summary>Every write is visible at every replica within the time.</summary>
    public static async Task EverywhereAsync(IReadOnlyList<ReplicaApi> replicas, IReadOnlyCollection<AcknowledgedWrite> writes, TimeSpan within)
    {
        var needed = writes.Select(write => ClockText.Parse(write.Dot)).GroupBy(dot => dot.Replica)
            .ToDictionary(group => $"{group.Key}", group => group.Max(dot => dot.Counter));
        await Task.WhenAll(replicas.Select(replica => replica.CoversAsync(needed, within)));

        // The clocks say so; now the values themselves.
        var lost = new ConcurrentBag<string>();
        foreach (var replica in replicas)
        {
            await Parallel.ForEachAsync(writes, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (write, _) =>
            {
                var answer = await replica.GetAsync(write.Key);
                if (answer.Status != HttpStatusCode.OK || answer.Body != write.Value || answer.ETag != write.Dot)
                {
                    lost.Add($"{replica.Name}: {write.Dot} {answer} (ETag {answer.ETag})");
                }
            });
        }

        Assert.True(lost.IsEmpty, $"{lost.Count} of {writes.Count} acknowledged writes are lost, such as {string.Join("; ", lost.Take(5))}");
    }
}
