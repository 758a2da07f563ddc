namespace ReplicatedDs.Checker.Online;

/// <param name="Origin">The site number of the update that is named; -1 if none is.</param>
/// <param name="Keys">Of a write: all; of a read: the one.</param>
/// <param name="Known">Of a beginning: what was delivered before it.</param>
internal sealed record MonitorEvent(MonitorEventKind Kind, int Origin, int Counter, IReadOnlyList<string> Keys, IReadOnlyDictionary<string, long>? Known = null)
{
    /// <summary>The order of arrival.</summary>
    public long Number { get; set; }

    /// <summary>Of a write: which keys it deletes.</summary>
    public IReadOnlyCollection<string> Deletes { get; init; } = [];
}
