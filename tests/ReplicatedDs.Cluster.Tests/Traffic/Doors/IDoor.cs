namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>A way into a replica that carries a session's token.</summary>
internal interface IDoor
{
    string Name { get; }

    /// <summary>Reads one key, or several at one causal cut.</summary>
    /// <param name="token">What the session has seen; <c>null</c>: nothing.</param>
    Task<Reply> ReadAsync(Place place, string? token, IReadOnlyList<string> keys);

    /// <summary>Makes one change, or several as a transaction.</summary>
    /// <param name="token">What the session has seen; <c>null</c>: nothing.</param>
    Task<Reply> WriteAsync(Place place, string? token, IReadOnlyList<Change> changes);
}
