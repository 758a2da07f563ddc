using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Feeds;

/// <summary>
/// Merges feeds into one order: by time, but each feed in its own order, and an update's write before it is known anywhere else. The latter two hold
/// whatever the replicas' clocks say.
/// </summary>
internal static class EventOrder
{
    public static List<EventView> Merge(IReadOnlyList<IReadOnlyList<EventView>> feeds)
    {
        var unwritten = feeds.SelectMany(feed => feed).Where(one => one.Kind == EventKinds.Write && one.Dot is not null).Select(one => one.Dot!).ToHashSet(StringComparer.Ordinal);
        var next = new int[feeds.Count];
        var merged = new List<EventView>(feeds.Sum(feed => feed.Count));
        while (true)
        {
            var best = -1;
            var isBestBlocked = true;
            for (var i = 0; i < feeds.Count; i++)
            {
                if (next[i] == feeds[i].Count)
                {
                    continue;
                }

                var candidate = feeds[i][next[i]];
                var isBlocked = candidate.Kind != EventKinds.Write && candidate.Dot is { } dot && unwritten.Contains(dot);

                // Blocked everywhere cannot be unless the feeds contradict each other; then time alone decides.
                if (best < 0 || (isBestBlocked && !isBlocked) || (isBestBlocked == isBlocked && candidate.T < feeds[best][next[best]].T))
                {
                    (best, isBestBlocked) = (i, isBlocked);
                }
            }

            if (best < 0)
            {
                return merged;
            }

            var one = feeds[best][next[best]++];
            if (one.Kind == EventKinds.Write && one.Dot is not null)
            {
                unwritten.Remove(one.Dot);
            }

            merged.Add(one);
        }
    }
}
