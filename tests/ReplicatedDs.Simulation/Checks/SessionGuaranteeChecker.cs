using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// Read your writes, monotonic reads, monotonic writes and writes follow reads, while a session moves between replicas. It remembers the
/// dots that the session wrote or was shown, not the clock that the session carries.
/// </summary>
internal sealed class SessionGuaranteeChecker(History history) : Checker
{
    private readonly SortedDictionary<int, Counts> _seen = [];

    public override void Read(ClientSession session, SimulatedReplica at, ReplicaState root, IReadOnlyList<string> keys)
    {
        var seen = Seen(session);
        Require(
            history.Of(at).Delivered.IsAtLeast(seen),
            at,
            () => $"session {session.Number} read {string.Join(' ', keys)} here at {history.Of(at).Delivered}, after it had seen {seen}");
        foreach (var version in keys.SelectMany(key => root.Keys.Find(key)?.Versions ?? []))
        {
            seen.Include(version.Dot);
        }
    }

    public override void Wrote(ClientSession session, SimulatedReplica at, Written written)
    {
        var seen = Seen(session);
        Require(
            history.Find(written.Dot)!.Dependencies.IsAtLeast(seen),
            at,
            () => $"session {session.Number} wrote {written.Dot} after it had seen {seen}, but the write depends on {history.Find(written.Dot)!.Dependencies}");
        seen.Include(written.Dot);
    }

    private Counts Seen(ClientSession session)
    {
        if (!_seen.TryGetValue(session.Number, out var seen))
        {
            _seen.Add(session.Number, seen = new Counts());
        }

        return seen;
    }
}
