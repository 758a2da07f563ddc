namespace ReplicatedDs.Dashboard.Views;

/// <summary>One slot of the cluster, a replica or a spare.</summary>
/// <param name="Name">The slot's name, such as <c>replica-3</c>.</param>
/// <param name="Id">Its replica id; <c>null</c> for a spare.</param>
/// <param name="Label">What it is called in short: <c>r3</c>, or the slot's name while it has no id.</param>
/// <param name="State">One word, see <see cref="ReplicaStates"/>.</param>
/// <param name="Tone">How the state is drawn: <c>ok</c>, <c>waiting</c>, <c>error</c> or <c>idle</c>.</param>
/// <param name="Detail">What the word does not say, in one sentence.</param>
/// <param name="StaleSince">When it last answered, if that is too long ago for the figures to be called live.</param>
/// <param name="StartedAt">When its process began, by its own account.</param>
/// <param name="Clock">Its delivered clock; <c>null</c>: never heard.</param>
/// <param name="Behind">How many writes that some replica has are not visible here.</param>
/// <param name="Verdict">The clock in words, such as <c>802 behind r1</c>.</param>
/// <param name="PendingCount">All updates that wait here; <paramref name="Pending"/> lists the oldest.</param>
public sealed record ReplicaPicture(
    string Name,
    int? Id,
    string Label,
    string State,
    string Tone,
    string? Detail,
    string Address,
    int? Pid,
    DateTimeOffset? StaleSince,
    DateTimeOffset? StartedAt,
    string? Version,
    string? Durability,
    long Keys,
    long Writes,
    long Applied,
    long Prevented,
    IReadOnlyDictionary<int, long>? Clock,
    long Behind,
    string Verdict,
    long PendingCount,
    IReadOnlyList<PendingPicture> Pending)
{
    public bool IsSpare => Id is null;

    /// <summary>It answers, now.</summary>
    public bool IsLive => StaleSince is null && Clock is not null && State is ReplicaStates.Running or ReplicaStates.RefusingWrites or ReplicaStates.Leaving or ReplicaStates.Joining;

    /// <summary>It has an identity and no process.</summary>
    public bool IsDown => State is ReplicaStates.Killed or ReplicaStates.Stopped or ReplicaStates.Down;
}
