namespace ReplicatedDs.Dashboard.Views;

/// <summary>What every member has applied, and who holds it back. A function of the picture: of a member that is down, what it last told.</summary>
/// <param name="Stable">By origin, how many of its updates every member has applied.</param>
/// <param name="HeldBackBy">By whom, and how many updates more would be stable without it; the most first.</param>
/// <param name="Unheard">Members whose clock is not known: with one of them, nothing can be called stable.</param>
public sealed record Stability(IReadOnlyDictionary<int, long> Stable, IReadOnlyList<(ReplicaPicture Replica, long Count)> HeldBackBy, IReadOnlyList<ReplicaPicture> Unheard)
{
    public static Stability Of(ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var members = view.Members.ToList();
        var stable = Least(members, view.Columns);
        var total = stable.Values.Sum();
        var held = members.Count < 2 ? [] : members
            .Select(member => (Replica: member, Count: Least([.. members.Where(other => other != member)], view.Columns).Values.Sum() - total))
            .Where(entry => entry.Count > 0)
            .OrderByDescending(entry => entry.Count)
            .ToList();
        return new Stability(stable, held, [.. members.Where(member => member.Clock is null)]);
    }

    private static Dictionary<int, long> Least(List<ReplicaPicture> members, IReadOnlyList<int> columns) =>
        columns.ToDictionary(column => column, column => members.Count == 0 ? 0 : members.Min(member => member.Clock?.GetValueOrDefault(column) ?? 0));
}
