using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Feeds;

/// <summary>The events that a replica still keeps, oldest first.</summary>
/// <param name="Problem">Why they could not be read, or <c>null</c>.</param>
internal sealed record Feed(ReplicaTarget Target, IReadOnlyList<EventView> Events, string? Problem);
