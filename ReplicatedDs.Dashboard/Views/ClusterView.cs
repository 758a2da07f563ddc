namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// What is known of the cluster at one moment: an immutable picture, the same for every browser. It is the argument of the hub's
/// message <c>view</c>.
/// </summary>
/// <param name="Version">Grows by one with every picture.</param>
/// <param name="At">When it was made.</param>
/// <param name="Columns">The ids that have an entry in any clock, ascending: the columns of the clock matrix.</param>
/// <param name="Pending">Updates that wait, over all replicas that answer.</param>
/// <param name="Prevented">Updates that a store without causal delivery would have shown before their cause.</param>
/// <param name="LastEvent">The number of the newest event in the log.</param>
public sealed record ClusterView(
    long Version,
    DateTimeOffset At,
    ControlPicture Control,
    bool Lab,
    IReadOnlyList<ReplicaPicture> Replicas,
    IReadOnlyList<int> Columns,
    IReadOnlyList<LinkPicture> Links,
    IReadOnlyList<FaultPicture> Faults,
    double WritesPerSecond,
    long Pending,
    long Prevented,
    long LastEvent)
{
    public static readonly ClusterView Empty =
        new(0, DateTimeOffset.MinValue, new ControlPicture(false, false, null, null), true, [], [], [], [], 0, 0, 0, 0);

    /// <summary>The slots that hold a live identity.</summary>
    public IEnumerable<ReplicaPicture> Members => Replicas.Where(replica => replica.Id is not null);

    public ReplicaPicture? Find(string name) => Replicas.FirstOrDefault(replica => replica.Name == name);
}
