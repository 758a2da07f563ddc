namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /kv</c>: a page of keys that have values.</summary>
/// <param name="Clock">The causal cut that the page is of.</param>
/// <param name="Keys">In order, without values.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; <c>null</c> on the last one.</param>
public sealed record ListView(IReadOnlyDictionary<string, long> Clock, IReadOnlyList<EntryView> Keys, string? Next);
