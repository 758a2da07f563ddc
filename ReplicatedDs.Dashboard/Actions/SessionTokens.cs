using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>Reads the clock out of a causal token, which clients take as opaque, so that a visitor can see what a session carries.</summary>
internal sealed class SessionTokens(DashboardOptions options)
{
    private readonly byte[]? _secret = options.ClusterKey is { } key ? Encoding.UTF8.GetBytes(key) : null;

    /// <summary>The token's clock; <c>null</c> if it is not one of this cluster's, or the key is not known here.</summary>
    public IReadOnlyDictionary<int, long>? Read(string? token, string? clusterId) =>
        token is not null && clusterId is not null && _secret is not null && CausalToken.TryRead(token, _secret, clusterId, out var clock)
            ? clock.ToDictionary(entry => entry.Replica.Value, entry => entry.Counter)
            : null;
}
