using System.Collections.Immutable;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Tests;

/// <summary>Small histories without any sense: sessions that read anything that anybody writes at any time.</summary>
internal static class RandomHistories
{
    public static History Make(int seed)
    {
        var random = new Random(seed);
        var sessions = random.Next(1, 5);
        var keys = random.Next(1, 4);
        var count = random.Next(2, 14);
        var features = random.Next(8);
        var (deletes, unknown, finals) = ((features & 1) != 0, (features & 2) != 0, (features & 4) != 0);
        var several = random.Next(3) == 0;

        // First the writes, then who does them when, then reads of any of them.
        var written = new List<Access>[keys];
        for (var key = 0; key < keys; key++)
        {
            written[key] = [];
        }

        var plans = new List<(OperationKind Kind, ImmutableArray<Access> Accesses)>();
        for (var i = 0; i < count; i++)
        {
            if (random.Next(2) == 0)
            {
                plans.Add((OperationKind.Read, []));
                continue;
            }

            var accesses = Keys(random, keys, several).Distinct()
                .Select(key => deletes && random.Next(3) == 0 ? new Access($"k{key}", null, $"t{i}") : new Access($"k{key}", $"{i}")).ToImmutableArray();
            foreach (var access in accesses)
            {
                written[access.Key[1] - '0'].Add(access);
            }

            plans.Add((OperationKind.Write, accesses));
        }

        var builder = new HistoryBuilder();
        foreach (var (kind, accesses) in plans)
        {
            builder.Add(new Operation
            {
                Session = $"s{random.Next(sessions)}",
                Kind = kind,
                Accesses = kind == OperationKind.Write ? accesses : [.. Keys(random, keys, several).Select(key => Any(random, key, written[key]))],
                Outcome = unknown && kind == OperationKind.Write && random.Next(4) == 0 ? Outcome.Unknown : Outcome.Acknowledged,
                IsFinal = finals && kind == OperationKind.Read && random.Next(4) == 0,
            });
        }

        return builder.Build();
    }

    private static Access Any(Random random, int key, List<Access> written)
    {
        if (written.Count == 0 || random.Next(6) == 0)
        {
            return random.Next(40) == 0 ? new($"k{key}", "thin air") : new($"k{key}", null);
        }

        var access = written[random.Next(written.Count)];
        return access.Tombstone is not null && random.Next(2) == 0 ? access with { Tombstone = null } : access;
    }

    private static IEnumerable<int> Keys(Random random, int keys, bool several) =>
        Enumerable.Range(0, several ? random.Next(1, 4) : 1).Select(_ => random.Next(keys));
}
