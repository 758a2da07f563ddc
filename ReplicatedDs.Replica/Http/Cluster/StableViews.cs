using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
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
            .Where(member => member.Status is MemberStatus.Active or MemberStatus.Joining)
            .Select(member => (member.Id, Row: member.Id == core.Id ? core.State.Delivered : announced.GetValueOrDefault(member.Id) ?? member.Floor))
            .ToList();
        var heldBack = rows
            .Select((row, index) => new HeldBackView(row.Id.Value, WouldFree(core.Stable, rows.Where((_, other) => other != index).Select(other => other.Row))))
            .Where(view => view.WouldFree > 0)
            .OrderByDescending(view => view.WouldFree);
        return new StableView(core.Stable.ToView(), [.. heldBack]);
    }

    /// <summary>By how many updates the minimum over the others is above the stable vector.</summary>
    private static long WouldFree(VectorClock stable, IEnumerable<VectorClock> others)
    {
        VectorClock? minimum = null;
        foreach (var row in others)
        {
            minimum = minimum?.Meet(row) ?? row;
        }

        return minimum?.Sum(entry => Math.Max(0, entry.Counter - stable[entry.Replica])) ?? 0;
    }
}
