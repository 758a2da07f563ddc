using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>The cluster as it was at a moment: derived once, the same for all panels and viewers.</summary>
/// <param name="Event">The event behind which it is; <c>null</c>: none is in the log.</param>
/// <param name="View">The picture, with the same meaning as the live one.</param>
/// <param name="Known">What each replica knew to be stable, by its id.</param>
internal sealed record PastView(Moment Moment, EventView? Event, ClusterView View, IReadOnlyDictionary<int, IReadOnlyDictionary<int, long>> Known);
