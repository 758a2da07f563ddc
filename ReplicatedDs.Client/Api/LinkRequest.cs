namespace ReplicatedDs.Client.Api;

/// <summary>The body of <c>PUT /admin/links/{peerId}</c>; only <paramref name="Mode"/> is required.</summary>
public sealed record LinkRequest(string Mode, int DelayMs = 0, int JitterMs = 0, int DropPercent = 100, int ExpiresSeconds = 120);
