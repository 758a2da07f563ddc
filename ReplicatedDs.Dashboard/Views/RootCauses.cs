using System.Globalization;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// Groups what waits by what it waits for in the end. An update that misses only updates which are themselves buffered at the same
/// replica waits behind those, so its root is theirs. A function of the picture.
/// </summary>
public static class RootCauses
{
    public static IReadOnlyList<RootCause> Of(ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [.. view.Members.Where(member => member.StaleSince is null).SelectMany(at => OfReplica(view, at)).OrderByDescending(cause => cause.Count).ThenBy(cause => cause.At.Id).ThenBy(cause => cause.Origin)];
    }

    private static IEnumerable<RootCause> OfReplica(ClusterView view, ReplicaPicture at)
    {
        var here = at.Pending.ToDictionary(update => update.Dot);
        return at.Pending
            .Select(update => (Update: update, Root: RootOf(update, here)))
            .Where(entry => entry.Root is not null)
            .GroupBy(entry => entry.Root!.Value.Origin)
            .Select(group =>
            {
                var direct = group.Where(entry => entry.Root!.Value.IsDirect).Select(entry => entry.Update).OrderBy(update => update.ArrivedAt).ToList();
                var behind = group.Where(entry => !entry.Root!.Value.IsDirect).Select(entry => entry.Update).OrderBy(update => update.ArrivedAt).ToList();
                var dots = direct.SelectMany(update => update.Missing).Where(dot => !here.ContainsKey(dot) && OriginOf(dot) == group.Key).Distinct()
                    .OrderBy(dot => Dot.TryParse(dot, out var parsed) ? parsed.Counter : 0).ToList();
                var (kind, why) = Explain(view, at, group.Key, dots);
                return new RootCause(at, group.Key, dots, kind, why, direct, behind);
            });
    }

    /// <summary>Whose missing update it waits for in the end, and whether without an update between; <c>null</c>: its clock is ahead, or nothing is missing any more.</summary>
    private static (int Origin, bool IsDirect)? RootOf(PendingPicture update, Dictionary<string, PendingPicture> here)
    {
        var seen = new HashSet<string> { update.Dot };
        var level = new List<PendingPicture> { update };
        for (var depth = 0; level.Count > 0; depth++)
        {
            var next = new List<PendingPicture>();
            foreach (var missing in level.SelectMany(waiting => waiting.Missing))
            {
                if (!here.TryGetValue(missing, out var blocker))
                {
                    return OriginOf(missing) is { } origin ? (origin, depth == 0) : null;
                }

                if (seen.Add(missing))
                {
                    next.Add(blocker);
                }
            }

            level = next;
        }

        return null;
    }

    private static int? OriginOf(string text) => Dot.TryParse(text, out var dot) ? dot.Replica.Value : null;

    private static (WaitKind Kind, string Why) Explain(ClusterView view, ReplicaPicture at, int origin, List<string> dots)
    {
        if (view.Links.FirstOrDefault(link => link.From == origin && link.To == at.Id && link.IsFaulty) is { } link)
        {
            var name = $"link r{origin}→{at.Label}";
            return link.Mode switch
            {
                "hold" => (WaitKind.Held, string.Create(CultureInfo.InvariantCulture, $"{name} is held, {link.Queued:N0} queued on it")),
                "delay" => (WaitKind.Delayed, $"{name} is delayed by {link.DelayMs} ms: it comes by itself"),
                _ => (WaitKind.Dropped, $"{name} is {link.Word}: it is sent again when the link is healed"),
            };
        }

        if (view.Members.FirstOrDefault(member => member.Id == origin) is { } sender && (sender.IsDown || sender.State == ReplicaStates.Silent))
        {
            var counter = dots.Count > 0 && Dot.TryParse(dots[0], out var dot) ? dot.Counter : 0;
            var holder = view.Members.FirstOrDefault(member => member.IsLive && member.Id != at.Id && (member.Clock?.GetValueOrDefault(origin) ?? 0) >= counter);
            return (WaitKind.Dead, holder is null
                ? $"r{origin} is {sender.State}, and no replica that answers has it: only r{origin} had it"
                : $"r{origin} is {sender.State}; {holder.Label} has it and passes it on");
        }

        return (WaitKind.InFlight, $"in flight from r{origin}: no fault is known on its way");
    }
}
