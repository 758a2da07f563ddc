using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Tests.Causality;

/// <summary>A run of a causally delivering store, made of a seed: writes, reads, arrivals in any order, waits and applies.</summary>
internal static class RandomHistory
{
    public static List<EventView> Make(int seed, int replicas = 4, int steps = 300)
    {
        var random = new Random(seed);
        var events = new List<EventView>();
        var clocks = Enumerable.Range(0, replicas + 1).Select(_ => VectorClock.Empty).ToArray();
        var onTheWay = new List<(int To, Dot Dot)>();
        var waiting = new List<(int At, Dot Dot)>();
        var dependencies = new Dictionary<Dot, VectorClock>();

        void Add(int at, string kind, Dot? dot, VectorClock? deps = null, IEnumerable<string>? missing = null) => events.Add(new EventView(
            events.Count + 1, 1_700_000_000_000_000 + events.Count * 700, at, null, kind, dot?.ToString(), dot is { } named ? [$"k{named.Counter % 5}"] : [],
            (deps ?? VectorClock.Empty).ToDictionary(entry => entry.Replica.Value.ToString(CultureInfo.InvariantCulture), entry => entry.Counter),
            [.. missing ?? []], missing is not null, null, null, null));

        bool IsReady(int at, Dot dot) => clocks[at].Covers(dependencies[dot]);

        void Apply(int at, Dot dot)
        {
            clocks[at] = clocks[at].With(dot);
            Add(at, "Apply", dot);
        }

        for (var step = 0; step < steps; step++)
        {
            var at = random.Next(1, replicas + 1);
            switch (random.Next(10))
            {
                case < 2:
                    var dot = new Dot(at, clocks[at][new ReplicaId(at)] + 1);
                    dependencies[dot] = clocks[at];
                    Add(at, "Write", dot, clocks[at]);
                    clocks[at] = clocks[at].With(dot);
                    onTheWay.AddRange(Enumerable.Range(1, replicas).Where(other => other != at).Select(other => (other, dot)));
                    break;
                case 2:
                    Add(at, "Read", null);
                    break;
                default:
                    if (onTheWay.Count == 0)
                    {
                        break;
                    }

                    var next = onTheWay[random.Next(onTheWay.Count)];
                    onTheWay.Remove(next);
                    if (!IsReady(next.To, next.Dot))
                    {
                        var missing = dependencies[next.Dot].SelectMany(entry => Enumerable.Range(1, (int)entry.Counter).Select(n => new Dot(entry.Replica.Value, n))).Where(cause => !clocks[next.To].Covers(cause));
                        Add(next.To, "Buffer", next.Dot, missing: missing.Select(cause => cause.ToString()));
                        waiting.Add((next.To, next.Dot));
                        break;
                    }

                    Apply(next.To, next.Dot);
                    while (waiting.FindIndex(entry => entry.At == next.To && IsReady(entry.At, entry.Dot)) is >= 0 and var index)
                    {
                        var freed = waiting[index];
                        waiting.RemoveAt(index);
                        Apply(freed.At, freed.Dot);
                    }

                    break;
            }
        }

        return events;
    }
}
