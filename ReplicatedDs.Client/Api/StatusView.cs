namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /status</c>.</summary>
/// <param name="State"><c>joining</c>, <c>active</c>, <c>leaving</c>, <c>refusing-writes</c>.</param>
/// <param name="Refusal">Why writes are refused, else <c>null</c>.</param>
public sealed record StatusView(
    string ClusterId,
    int Replica,
    string Name,
    string Incarnation,
    string Version,
    string State,
    string? Refusal,
    bool Lab,
    long UptimeMs,
    long Boot,
    string Durability,
    string Allocator,
    CountersView Counters,
    DiskView Disk)
{
    /// <summary>What its clock showed when it answered.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>Where its values are, if they are not in its memory.</summary>
    public ValuesView? Values { get; init; }

    /// <summary>Origins whose updates cannot be taken at present; normally none.</summary>
    public IReadOnlyList<QuarantineView> Quarantined { get; init; } = [];
}
