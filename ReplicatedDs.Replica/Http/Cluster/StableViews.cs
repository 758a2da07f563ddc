using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>The stable vector and who holds it back.</summary>
internal sealed class StableViews(IReplicaNode node, TimeProvider time)
{
    /// <summary><c>GET /stable</c>.</summary>
    public Task<StableView> GetAsync(CancellationToken cancellationToken)
    {
        var now = time.Instant();
        return node.InspectAsync(core => Of(core, now), cancellationToken);
    }

    private static StableView Of(ReplicaCore core, Instant now)
    {
        var announced = core.Links(now).ToDictionary(link => link.Peer, link => link.Delivered);
        var rows = core.State.Members
            .Where(member => member.IsPresent)
            .Select(member => (member.Id, Row: member.Id == core.Id ? core.State.Delivered : announced.GetValueOrDefault(member.Id) ?? member.Floor))
            .ToList();
        var minimum = Minimum(rows.Select(row => row.Row)) ?? core.Stable;
        var heldBack = rows
            .Select((row, index) => new HeldBackView(
                row.Id.Value, WouldFree(minimum, Minimum(rows.Where((_, other) => other != index).Select(other => other.Row)))))
            .Where(view => view.WouldFree > 0)
            .OrderByDescending(view => view.WouldFree);
        return new StableView(core.Stable.ToView(), [.. heldBack]);
    }

    /// <summary>
    /// By how many updates the minimum would rise. It is compared with the minimum of the same rows, not with the stable vector, which
    /// the core advances at intervals: only a member that alone is the minimum counts.
    /// </summary>
    private static long WouldFree(VectorClock minimum, VectorClock? ofOthers) =>
        ofOthers?.Sum(entry => Math.Max(0, entry.Counter - minimum[entry.Replica])) ?? 0;

    private static VectorClock? Minimum(IEnumerable<VectorClock> rows)
    {
        VectorClock? minimum = null;
        foreach (var row in rows)
        {
            minimum = minimum?.Meet(row) ?? row;
        }

        return minimum;
    }
}
