namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>What a traffic consists of.</summary>
/// <param name="Roamers">Sessions that go to another place with every call, by HTTP, the .NET client or RESP.</param>
/// <param name="Homes">Sessions at each of the first so many places, which write keys of their own there.</param>
/// <param name="PerSecond">Calls of one session per second at most; 0: as many as are answered.</param>
/// <param name="AnswersMax">Ends after so many successful calls; 0: when it is stopped.</param>
internal sealed record TrafficPlan(int Seed, int Roamers, int Homes, double PerSecond, long AnswersMax = 0)
{
    /// <value>Another rate for those at home, as <see cref="PerSecond"/>.</value>
    public double? HomesPerSecond { get; init; }

    /// <value>Characters of a value at least.</value>
    public int ValueLength { get; init; }
}
