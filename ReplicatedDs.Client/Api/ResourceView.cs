namespace ReplicatedDs.Client.Api;

/// <summary>One replica slot, in <c>cluster.json</c> and in the answers of the AppHost's control API.</summary>
/// <param name="Id">The live identity of the slot; <c>null</c> for a spare.</param>
public sealed record ResourceView(string Name, int? Id, int? Pid, string State, string? Http, string? Peer, string? Resp, string? Text);
