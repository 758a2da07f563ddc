namespace ReplicatedDs.Dashboard.Past;

/// <summary>A stretch of the retained log as the time strip draws it: columns of equal length. Times are Unix microseconds.</summary>
/// <param name="Oldest">The earliest moment whose state is known.</param>
/// <param name="Writes">How many, by column.</param>
/// <param name="Depth">The most updates that waited, by column.</param>
/// <param name="Lost">Columns where events are missing.</param>
public sealed record Strip(long From, long To, long Now, Moment Oldest, Moment Newest, IReadOnlyList<double> Writes, IReadOnlyList<long> Depth, IReadOnlyList<int> Lost);
