using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// Says why an update that another one waits for is late. The replica where it waits cannot know: only the sender's link and
/// everybody's clocks tell, and they meet here.
/// </summary>
internal sealed class WaitExplainer(
    Dictionary<int, SlotPicture> slots,
    Dictionary<string, string> states,
    Dictionary<int, SortedDictionary<int, long>> clocks,
    List<LinkPicture> links)
{
    private readonly Dictionary<string, HashSet<string>> _waiting = [];

    public string Explain(SlotPicture at, PendingUpdateView update)
    {
        if (update.Reason == "clock-ahead")
        {
            return $"its timestamp is ahead of {LabelOf(at)}'s clock";
        }

        if (!_waiting.TryGetValue(at.Slot.Name, out var waitingHere))
        {
            _waiting[at.Slot.Name] = waitingHere = [.. (at.Pending?.Updates ?? []).Select(other => other.Dot)];
        }

        foreach (var text in update.Missing)
        {
            if (Dot.TryParse(text, out var dot) && !waitingHere.Contains(text))
            {
                return ExplainDot(at, dot);
            }
        }

        return "what it waits for is itself buffered here";
    }

    private string ExplainDot(SlotPicture at, Dot dot)
    {
        var origin = dot.Replica.Value;
        var link = links.Find(candidate => candidate.From == origin && candidate.To == at.Id);
        if (link is { IsFaulty: true })
        {
            var name = $"link r{origin}→{LabelOf(at)}";
            return link.Mode switch
            {
                "hold" => string.Create(CultureInfo.InvariantCulture, $"{name} is held, {link.Queued:N0} queued"),
                _ => $"{name} is {link.Word}",
            };
        }

        if (slots.TryGetValue(origin, out var slot) && states[slot.Slot.Name] is var state and (ReplicaStates.Killed or ReplicaStates.Stopped or ReplicaStates.Down or ReplicaStates.Silent))
        {
            var holder = clocks.Where(entry => entry.Key != origin && entry.Key != at.Id && entry.Value.GetValueOrDefault(origin) >= dot.Counter).Select(entry => entry.Key).Order().FirstOrDefault();
            return holder == 0
                ? $"r{origin} is {state}, and no replica that answers has r{dot}"
                : $"r{origin} is {state}; r{holder} has r{dot} and passes it on";
        }

        return at.Pending is { } pending && pending.Count > pending.Updates.Count ? "in flight, or buffered here itself behind those that are listed" : "in flight";
    }

    private static string LabelOf(SlotPicture slot) => slot.Id is { } id ? $"r{id}" : slot.Slot.Name;
}
