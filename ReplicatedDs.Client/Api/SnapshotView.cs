namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /snapshot</c>: all keys at one causal cut.</summary>
/// <param name="Clock">What the cut contains.</param>
/// <param name="Entries">In the order that was asked for.</param>
public sealed record SnapshotView(IReadOnlyDictionary<string, long> Clock, IReadOnlyList<EntryView> Entries);
