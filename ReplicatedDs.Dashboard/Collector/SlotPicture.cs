using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>Everything last heard of one slot, from the control API and from the replica itself.</summary>
/// <param name="Resource">The control API's account; <c>null</c>: never heard.</param>
/// <param name="AnsweredAt">When the replica last answered.</param>
/// <param name="IsSilent">The last attempt to ask it failed.</param>
/// <param name="Ended">How its process ended (a word of <c>ReplicaStates</c>); <c>null</c> while it runs.</param>
/// <param name="Asked">What was last asked of the control API from here (<c>stop</c> or <c>crash</c>), until the process is back.</param>
/// <param name="ProcessSince">When a new process was seen in the slot; <c>null</c>: not since this dashboard runs.</param>
/// <param name="LinkRefusal">Why the links cannot be seen, such as lab mode being off.</param>
internal sealed record SlotPicture(
    ReplicaSlot Slot,
    ResourceView? Resource = null,
    StatusView? Status = null,
    DateTimeOffset? StartedAt = null,
    ClockView? Clock = null,
    PendingView? Pending = null,
    MembersView? Members = null,
    IReadOnlyList<LinkView>? Links = null,
    string? LinkRefusal = null,
    DateTimeOffset? AnsweredAt = null,
    bool IsSilent = false,
    string? Failure = null,
    string? Ended = null,
    string? Asked = null,
    DateTimeOffset? ProcessSince = null,
    double WritesPerSecond = 0,
    double EventsPerSecond = 0)
{
    /// <summary>How much of its events it is asked to tell.</summary>
    public FeedDetail Detail { get; init; } = FeedDetail.Whole;

    /// <summary>Its replica id, as far as known. A joiner may tell it before the control API does.</summary>
    public int? Id => Resource is { } resource ? resource.Id ?? (ResourceStates.IsBusy(resource.State) ? Status?.Replica : null) : Status?.Replica;
}
