namespace ReplicatedDs.Causality.Replication;

/// <summary>A lab fault on the link from this replica to one peer. It is one-directional and expires.</summary>
/// <param name="DelayMs">With <see cref="LinkMode.Delay"/>: how long updates are kept back, 0 to 600,000.</param>
/// <param name="JitterMs">A random addition to the delay, 0 to 600,000.</param>
/// <param name="DropPercent">With <see cref="LinkMode.Drop"/>: how many of 100 messages are lost.</param>
/// <param name="ExpiresInMs">After how long the link heals by itself.</param>
public sealed record LinkFault(LinkMode Mode, int DelayMs = 0, int JitterMs = 0, int DropPercent = 100, long ExpiresInMs = 120_000)
{
    public static readonly LinkFault None = new(LinkMode.Ok);
}
