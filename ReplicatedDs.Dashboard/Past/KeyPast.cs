using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.History;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>Which versions of a key each replica showed at a moment. The log tells which updates those were, not their values.</summary>
internal static class KeyPast
{
    /// <summary>The versions by replica, the newest origin first; an empty list: none of the updates that are known was visible there.</summary>
    public static IReadOnlyDictionary<int, IReadOnlyList<string>> Versions(EventLog log, UpdateIndex index, PastView past, string key)
    {
        // An update's write may come after it was applied elsewhere, so all of the log is looked at; what was visible, the clocks tell.
        var known = index.Of(key).ToDictionary(update => update.Dot, update => update.Knew);
        foreach (var one in log.ReadAfter(0, int.MaxValue).Events)
        {
            if (one is { Kind: "Write" or "Apply", Dot: { } dot } && one.Keys.Contains(key) && (one.Kind == "Write" || !known.ContainsKey(dot)))
            {
                known[dot] = AnswerReader.Clock(one.Deps);
            }
        }

        var updates = known.Select(entry => (Name: entry.Key, IsDot: Dot.TryParse(entry.Key, out var dot), Dot: dot, Knew: entry.Value)).Where(update => update.IsDot).ToList();
        return past.View.Members.Where(member => member.Clock is not null).ToDictionary(
            member => member.Id!.Value,
            member =>
            {
                var visible = updates.Where(update => member.Clock!.GetValueOrDefault(update.Dot.Replica.Value) >= update.Dot.Counter).ToList();
                return (IReadOnlyList<string>)[.. visible.Where(update => !visible.Exists(other => Replaces(other.Dot, other.Knew, update.Dot))).OrderByDescending(update => update.Dot).Select(update => update.Name)];
            });
    }

    /// <summary>Whether the one was written by somebody who had seen the other.</summary>
    private static bool Replaces(Dot one, IReadOnlyDictionary<int, long> knew, Dot other) =>
        one != other && (one.Replica == other.Replica ? one.Counter > other.Counter : knew.GetValueOrDefault(other.Replica.Value) >= other.Counter);
}
