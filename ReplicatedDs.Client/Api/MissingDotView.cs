namespace ReplicatedDs.Client.Api;

/// <summary>One dot that an update waits for.</summary>
/// <param name="HeldBy">The replicas that have announced it as delivered.</param>
/// <param name="IsBufferedHere">It arrived here and waits itself.</param>
/// <param name="Action">What is being done, in one sentence.</param>
public sealed record MissingDotView(string Dot, IReadOnlyList<int> HeldBy, bool IsBufferedHere, string Action);
