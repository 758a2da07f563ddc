using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A running cluster, whoever started it: what traffic and a last look at it need.</summary>
internal interface ICluster
{
    /// <value>Where each replica can be reached, spares that do not run included.</value>
    IReadOnlyList<ResourceView> Slots { get; }

    /// <value>What clients have to show; <c>null</c>: nothing.</value>
    string? AccessKey { get; }

    /// <summary>The replicas that run.</summary>
    IReadOnlyList<ReplicaApi> Running();
}
