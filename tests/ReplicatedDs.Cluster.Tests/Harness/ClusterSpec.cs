namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>How a test wants its cluster.</summary>
internal sealed record ClusterSpec
{
    public int Count { get; init; } = 3;

    public int Spares { get; init; }

    public bool HasDashboard { get; init; }

    public string Ports { get; init; } = "auto";

    /// <value>Further variables of the AppHost's environment, which its children inherit.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Arguments(string data) =>
    [
        "--Replicas:Count", $"{Count}", "--Replicas:Spares", $"{Spares}", "--Data", data, "--Ports", Ports, "--Dashboard:Enabled", HasDashboard ? "true" : "false",
    ];
}
