using System.Globalization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>Makes the picture of the cluster from what the feeds know. A function of its arguments: no clock, no I/O.</summary>
internal static class ViewBuilder
{
    private static readonly TimeSpan StartingMax = TimeSpan.FromSeconds(20);

    public static ClusterView Build(long version, DateTimeOffset now, IReadOnlyList<SlotPicture> slots, ControlPicture control, long lastEvent)
    {
        var known = new Dictionary<int, SlotPicture>();
        foreach (var slot in slots)
        {
            if (slot.Id is { } id)
            {
                known[id] = slot;
            }
        }

        var clocks = known.Where(entry => entry.Value.Clock is not null).ToDictionary(entry => entry.Key, entry => Entries(entry.Value.Clock!));
        var columns = clocks.Values.SelectMany(clock => clock.Keys).Concat(known.Keys).Distinct().Order().ToArray();
        var newest = columns.ToDictionary(column => column, column => clocks.Values.Max(clock => (long?)clock.GetValueOrDefault(column)) ?? 0);
        var states = slots.ToDictionary(slot => slot.Slot.Name, slot => StateOf(slot, control, now));
        var links = LinksOf(known, states);
        var explain = new WaitExplainer(known, states, clocks, links);
        var isMuch = slots.Sum(slot => slot.Pending?.Count ?? 0) > DashboardOptions.PendingShownOfAll;
        var part = DashboardOptions.PendingShownOfAll / Math.Max(1, slots.Count(slot => slot.Pending?.Count > 0));
        var (shown, named) = isMuch
            ? (Math.Clamp(part, DashboardOptions.PendingShownLeast, DashboardOptions.PendingShown), DashboardOptions.MissingShown)
            : (DashboardOptions.PendingShown, int.MaxValue);

        var replicas = new List<ReplicaPicture>(slots.Count);
        foreach (var slot in slots)
        {
            var clock = slot.Id is { } id ? clocks.GetValueOrDefault(id) : null;
            replicas.Add(ReplicaOf(slot, states[slot.Slot.Name], clock, columns, newest, explain, (shown, named), now));
        }

        return new ClusterView(
            version,
            now,
            control,
            slots.All(slot => slot.Status?.Lab != false),
            replicas,
            columns,
            links,
            FaultsOf(links, replicas),
            Math.Round(slots.Sum(slot => slot.WritesPerSecond), 1),
            replicas.Where(replica => replica.IsLive).Sum(replica => replica.PendingCount),
            replicas.Sum(replica => replica.Prevented),
            lastEvent);
    }

    public static string LabelOf(int replica) => string.Create(CultureInfo.InvariantCulture, $"r{replica}");

    private static string StateOf(SlotPicture slot, ControlPicture control, DateTimeOffset now)
    {
        var resource = control.IsReachable ? slot.Resource : null;
        if (resource is null)
        {
            return slot switch
            {
                { IsSilent: false, AnsweredAt: not null, Ended: null } => StateWhileAnswering(slot.Status),
                { Ended: { } ended } => ended,
                { Resource: { Id: null }, AnsweredAt: null } or { Resource: null, AnsweredAt: null, IsSilent: true } => ReplicaStates.Spare,
                { AnsweredAt: null, IsSilent: false } => ReplicaStates.Starting,
                _ => ReplicaStates.Silent,
            };
        }

        if (!ResourceStates.IsBusy(resource.State))
        {
            return slot.Ended ?? ReplicaStates.Spare;
        }

        if (resource.State == ResourceStates.Stopping)
        {
            return ReplicaStates.Stopping;
        }

        if (!ResourceStates.IsUp(resource.State))
        {
            return ReplicaStates.Starting;
        }

        if (!slot.IsSilent && slot.AnsweredAt is not null)
        {
            return StateWhileAnswering(slot.Status);
        }

        var isNew = slot.ProcessSince is { } since ? now - since < StartingMax && !(slot.AnsweredAt > since) : slot.AnsweredAt is null && !slot.IsSilent;
        return isNew ? ReplicaStates.Starting : ReplicaStates.Silent;
    }

    private static string StateWhileAnswering(StatusView? status) => status?.State switch
    {
        "joining" => ReplicaStates.Joining,
        "leaving" => ReplicaStates.Leaving,
        "refusing-writes" => ReplicaStates.RefusingWrites,
        _ => ReplicaStates.Running,
    };

    private static ReplicaPicture ReplicaOf(
        SlotPicture slot, string state, SortedDictionary<int, long>? clock, int[] columns, Dictionary<int, long> newest, WaitExplainer explain, (int Updates, int Missing) most, DateTimeOffset now)
    {
        var behind = new List<(int Origin, long Count)>();
        foreach (var column in clock is null ? [] : columns)
        {
            // Nobody is behind itself: another replica was merely asked a moment later.
            var missing = newest[column] - clock!.GetValueOrDefault(column);
            if (missing > 0 && column != slot.Id)
            {
                behind.Add((column, missing));
            }
        }

        var isSilentNow = state is not (ReplicaStates.Running or ReplicaStates.RefusingWrites or ReplicaStates.Joining or ReplicaStates.Leaving)
            || slot.IsSilent || now - slot.AnsweredAt > DashboardOptions.StaleAfter;
        var pending = slot.Pending?.Updates ?? [];
        return new ReplicaPicture(
            slot.Slot.Name,
            slot.Id,
            slot.Id is { } id ? LabelOf(id) : slot.Slot.Name,
            state,
            ReplicaStates.Tone(state),
            DetailOf(slot, state),
            slot.Slot.Address.GetLeftPart(UriPartial.Authority),
            ResourceStates.IsBusy(slot.Resource?.State) ? slot.Resource!.Pid : null,
            slot.AnsweredAt is { } answeredAt && isSilentNow ? answeredAt : null,
            isSilentNow ? null : slot.StartedAt,
            slot.Status?.Version,
            slot.Status?.Durability,
            slot.Status?.Counters.Keys ?? 0,
            slot.Status?.Counters.Writes ?? 0,
            slot.Status?.Counters.Applied ?? 0,
            slot.Status?.Counters.Prevented ?? 0,
            clock,
            behind.Sum(entry => entry.Count),
            VerdictOf(clock, behind),
            slot.Pending?.Count ?? 0,
            [.. pending.OrderBy(update => update.ArrivedAt).Take(most.Updates).Select(update => new PendingPicture(
                update.Dot,
                update.Origin,
                update.Keys,
                update.Missing.Count > most.Missing ? [.. update.Missing.Take(most.Missing)] : update.Missing,
                update.MissingCount,
                update.ArrivedAt,
                update.Reason,
                explain.Explain(slot, update)))]);
    }

    private static string? DetailOf(SlotPicture slot, string state) => state switch
    {
        ReplicaStates.RefusingWrites => slot.Status?.Refusal,
        ReplicaStates.Silent => slot.Failure,
        ReplicaStates.Joining => "it takes over the data and does not serve yet",
        _ => null,
    };

    private static string VerdictOf(SortedDictionary<int, long>? clock, List<(int Origin, long Count)> behind)
    {
        if (clock is null)
        {
            return "not heard yet";
        }

        return behind.Count == 0
            ? "has everything that any replica has"
            : string.Join(", ", behind.OrderByDescending(entry => entry.Count).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Count:N0} behind {LabelOf(entry.Origin)}")));
    }

    private static List<LinkPicture> LinksOf(Dictionary<int, SlotPicture> known, Dictionary<string, string> states)
    {
        var links = new List<LinkPicture>();
        foreach (var (from, slot) in known.OrderBy(entry => entry.Key))
        {
            // A fault is lost when the replica ends, so what an ended one last said of its links no longer holds.
            if (states[slot.Slot.Name] is ReplicaStates.Running or ReplicaStates.RefusingWrites or ReplicaStates.Joining or ReplicaStates.Leaving or ReplicaStates.Silent)
            {
                links.AddRange((slot.Links ?? []).OrderBy(link => link.Peer).Select(link =>
                    new LinkPicture(from, link.Peer, link.Mode, link.DelayMs, link.JitterMs, link.DropPercent, link.Queued, link.ExpiresAt)));
            }
        }

        return links;
    }

    private static List<FaultPicture> FaultsOf(List<LinkPicture> links, List<ReplicaPicture> replicas)
    {
        var faults = links.Where(link => link.IsFaulty).Select(link => new FaultPicture(
            "link", $"link {LabelOf(link.From)}→{LabelOf(link.To)} {link.Word}", link.From, link.To, null, link.Queued, link.ExpiresAt)).ToList();
        faults.AddRange(replicas.Where(replica => replica.IsDown || replica.State == ReplicaStates.Silent).Select(replica => new FaultPicture(
            "replica", $"{replica.Label} {replica.State}", null, null, replica.Name, 0, null)));
        return faults;
    }

    private static SortedDictionary<int, long> Entries(ClockView clock)
    {
        var entries = new SortedDictionary<int, long>();
        foreach (var (text, counter) in clock.Delivered)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var replica))
            {
                entries[replica] = counter;
            }
        }

        return entries;
    }
}
