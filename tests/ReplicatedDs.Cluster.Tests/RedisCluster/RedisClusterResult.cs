using System.Globalization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Chaos;

namespace ReplicatedDs.Cluster.Tests.RedisCluster;

/// <summary>What came of a run on a Redis Cluster.</summary>
/// <param name="DataBytes">Of the values that each replica has, in bytes.</param>
/// <param name="Megabytes">The <c>maxmemory</c> of each Redis server.</param>
/// <param name="Use">Bytes and names of each master when all is at rest.</param>
/// <param name="MissingBallast">Values of the data that a replica does not show.</param>
/// <param name="Values">What the replicas say of their values at the end.</param>
/// <param name="RestartedWithin">From the start of a killed replica to its first ready answer.</param>
internal sealed record RedisClusterResult(
    ChaosResult Run,
    long DataBytes,
    int Megabytes,
    IReadOnlyList<(string Address, long Bytes, long Names)> Use,
    IReadOnlyList<string> MissingBallast,
    IReadOnlyList<ValuesView> Values,
    TimeSpan RestartedWithin)
{
    /// <summary>Throws unless nothing was lost, and the data really is larger than each server's memory.</summary>
    public void MustBeSound()
    {
        Assert.True(DataBytes > (long)Megabytes << 20, $"{DataBytes} bytes of values fit into one server's {Megabytes} MB.");
        Assert.True(MissingBallast.Count == 0, $"{MissingBallast.Count} values are lost, such as {string.Join("; ", MissingBallast.Take(5))}");
        Assert.All(Values, values => Assert.Equal(0, values.UnconfirmedBytes));
        Assert.All(Values, values => Assert.Equal(0, values.Missing));
        Assert.True(Values.Any(values => values.Failovers > 0), "No replica noticed a failover.");
        Run.MustBeSound();
    }

    public void Write(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DataBytes / 1048576.0:0.0} MB of values at each replica; maxmemory of each Redis server {Megabytes} MB"));
        foreach (var (address, bytes, names) in Use)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  master {address}: {bytes / 1048576.0:0.0} MB, {names} names"));
        }

        foreach (var values in Values)
        {
            output.WriteLine($"  {values}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a killed replica was ready again after {RestartedWithin.TotalSeconds:0.0} s"));
    }
}
