using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>A test that makes hosts. Where that is not allowed it is skipped, and says what is missing; with <c>CI=true</c> it fails instead.</summary>
internal sealed class NetworkFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Objection = new(() => PrivateNetwork.Objection());

    public NetworkFactAttribute() => Skip = Environment.GetEnvironmentVariable("CI") == "true" ? null : Objection.Value;
}
