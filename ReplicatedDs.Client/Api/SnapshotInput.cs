namespace ReplicatedDs.Client.Api;

/// <summary>The body of <c>POST /snapshot</c>.</summary>
public sealed record SnapshotInput(IReadOnlyList<string> Keys);
