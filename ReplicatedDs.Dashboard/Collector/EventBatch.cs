using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>A run of consecutive events: the argument of the hub's message <c>events</c>.</summary>
/// <param name="Lost">Events before them that this reader did not get, because it or the log was too slow.</param>
public sealed record EventBatch(IReadOnlyList<EventView> Events, long Lost)
{
    public static readonly EventBatch Empty = new([], 0);
}
