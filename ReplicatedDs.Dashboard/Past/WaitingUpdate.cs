namespace ReplicatedDs.Dashboard.Past;

/// <summary>An update that had arrived at a replica and was not visible there yet.</summary>
/// <param name="Missing">What it missed when it arrived; less is missing as the replica's clock moves on.</param>
/// <param name="ArrivedAt">In Unix microseconds.</param>
/// <param name="Share">It stands for so many, where only a part was told.</param>
internal sealed record WaitingUpdate(string Dot, IReadOnlyList<string> Keys, IReadOnlyList<string> Missing, long ArrivedAt, int Share = 1);
