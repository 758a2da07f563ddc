using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>Which replicas were in which slots, and in what state, from a time on: what no event tells.</summary>
/// <param name="T">When it was seen, in Unix microseconds.</param>
internal sealed record SlotFrame(long T, IReadOnlyList<SlotState> Slots, IReadOnlyList<LinkPicture> Faults)
{
    public static SlotFrame Of(ClusterView view) => new(
        (view.At - DateTimeOffset.UnixEpoch).Ticks / 10,
        [.. view.Replicas.Select(replica => new SlotState(replica.Name, replica.Address, replica.Id, replica.State, replica.Pid))],
        [.. view.Links.Where(link => link.IsFaulty).Select(link => link with { Queued = 0 })]);

    public bool IsSame(SlotFrame other) => Slots.SequenceEqual(other.Slots) && Faults.SequenceEqual(other.Faults);
}

/// <param name="State">A word of <see cref="ReplicaStates"/>.</param>
internal sealed record SlotState(string Name, string Address, int? Id, string State, int? Pid);
