using System.Globalization;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>How a site got what it had missed.</summary>
/// <param name="Updates">How many it had missed.</param>
/// <param name="First">When the first of them was there, after the line was whole again.</param>
/// <param name="Took">When all were.</param>
internal sealed record CatchUp(string What, long Updates, TimeSpan First, TimeSpan Took)
{
    /// <value>Updates per second from the first to the last.</value>
    public double PerSecond => Updates / Math.Max(0.001, (Took - First).TotalSeconds);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"caught up: {What}: {Updates:N0} updates, the first after {First.TotalSeconds:0.00} s, all after {Took.TotalSeconds:0.00} s, {PerSecond:N0} per second in between");
}
