namespace ReplicatedDs.Client.Api;

/// <summary>One link from a replica to a peer, in <c>GET /admin/links</c>.</summary>
/// <param name="Mode"><c>ok</c>, <c>hold</c>, <c>drop</c> or <c>delay</c>.</param>
/// <param name="Queued">How many of the replica's own updates were not sent on it yet.</param>
public sealed record LinkView(
    int Peer, string Mode, int DelayMs, int JitterMs, int DropPercent, DateTimeOffset? ExpiresAt, long Queued, long Unacknowledged = 0);
