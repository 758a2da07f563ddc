using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// Both halves of the split screen, from one recorded arrival log. Left, the counterfactual: a store that shows each update when it
/// arrives. Right, what this store did. A function of the log: nothing is assumed and nothing is played.
/// </summary>
public sealed record SplitScreen(IReadOnlyList<ShownUpdate> OnArrival, IReadOnlyList<ShownUpdate> AsItRan)
{
    public static SplitScreen From(IReadOnlyList<EventView> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var missing = log.Where(entry => entry.Kind == "Buffer").GroupBy(entry => entry.Dot!).ToDictionary(group => group.Key, group => group.First());
        var left = new List<ShownUpdate>();
        var right = new List<ShownUpdate>();
        foreach (var entry in log)
        {
            // A repeat of what has arrived changes nothing in either store. What waits or is visible has arrived, whether or not that was told.
            if (left.TrueForAll(shown => shown.Dot != entry.Dot))
            {
                var absent = missing.GetValueOrDefault(entry.Dot!)?.Missing.Where(dot => left.TrueForAll(shown => shown.Dot != dot)).ToList() ?? [];
                left.Add(Shown(entry, absent, true));
            }

            if (entry.Kind == "Apply" && right.TrueForAll(shown => shown.Dot != entry.Dot))
            {
                var waited = missing.TryGetValue(entry.Dot!, out var buffered) ? TimeSpan.FromMicroseconds(Math.Max(0, entry.T - buffered.T)) : TimeSpan.Zero;
                right.Add(Shown(entry, [], true) with { Waited = waited });
            }
        }

        // What waits stands behind what is visible: that is where it will appear.
        right.AddRange(missing.Values.Where(entry => right.TrueForAll(shown => shown.Dot != entry.Dot)).OrderBy(entry => entry.N)
            .Select(entry => Shown(entry, entry.Missing, false)));
        return new SplitScreen(left, right);
    }

    private static ShownUpdate Shown(EventView entry, IReadOnlyList<string> missing, bool isVisible) => new(entry.Dot!, entry.Keys[0], entry.T, missing, isVisible, TimeSpan.Zero);
}
