using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>What a browser gets of a moment.</summary>
/// <param name="Name">The moment as an address carries it.</param>
/// <param name="Sentence">The event behind which it is, in words.</param>
/// <param name="View">The picture of the cluster.</param>
/// <param name="Events">The last events up to it, the oldest first.</param>
public sealed record PastFrame(Moment Moment, string Name, string Sentence, ClusterView View, IReadOnlyList<EventView> Events);
