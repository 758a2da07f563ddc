using System.Collections.Immutable;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Tests.Model;

/// <summary>
/// A correct causal store in a few lines: replicas deliver updates in causal order at random moments, sessions carry a clock and make
/// their replica catch up before it answers. With a fixed winner it is causally convergent (CCv) and sessions move freely; without
/// one, the latest delivery wins and sessions stay at their replica, which is causal memory (CM).
/// </summary>
internal sealed class ModelStore(int seed, ModelSettings settings)
{
    private sealed record Update(int Origin, int Number, int[] Needs, (long Time, int Origin) Stamp, ImmutableArray<Access> Writes);

    private sealed class Replica(int replicas)
    {
        public int[] Delivered { get; } = new int[replicas];

        public Dictionary<string, (Access Access, (long Time, int Origin) Stamp)> Values { get; } = [];

        public long Time { get; set; }
    }

    private readonly Random _random = new(seed);
    private readonly HistoryBuilder _history = new();
    private readonly Replica[] _replicas = [.. Enumerable.Range(0, settings.Replicas).Select(_ => new Replica(settings.Replicas))];
    private readonly List<Update>[] _logs = [.. Enumerable.Range(0, settings.Replicas).Select(_ => new List<Update>())];
    private readonly int[][] _tokens = [.. Enumerable.Range(0, settings.Sessions).Select(_ => new int[settings.Replicas])];
    private int _unique;

    public static HistoryBuilder Run(int seed, ModelSettings settings) => new ModelStore(seed, settings).Run();

    private HistoryBuilder Run()
    {
        for (var i = 0; i < settings.Operations; i++)
        {
            var session = _random.Next(settings.Sessions);
            var at = settings.HasWinner ? _random.Next(settings.Replicas) : session % settings.Replicas;
            CatchUp(at, _tokens[session]);
            if (_random.Next(100) < settings.WritePercent)
            {
                Write(session, at);
            }
            else
            {
                Read($"s{session}", at, Keys(), isFinal: false);
            }

            for (var replica = 0; replica < settings.Replicas; replica++)
            {
                _tokens[session][replica] = Math.Max(_tokens[session][replica], _replicas[at].Delivered[replica]);
            }

            for (var delivery = 0; delivery < settings.DeliveriesPerOperation; delivery++)
            {
                TryDeliver(_random.Next(settings.Replicas), _random.Next(settings.Replicas));
            }
        }

        if (settings.HasWinner && settings.HasFinalReads)
        {
            var everything = _logs.Select(log => log.Count).ToArray();
            for (var at = 0; at < settings.Replicas; at++)
            {
                CatchUp(at, everything);
                Read($"final{at}", at, Enumerable.Range(0, settings.Keys), isFinal: true);
            }
        }

        return _history;
    }

    private int[] Keys() =>
        [.. Enumerable.Range(0, settings.HasTransactions && _random.Next(4) == 0 ? _random.Next(2, 4) : 1).Select(_ => _random.Next(settings.Keys)).Distinct()];

    private void Write(int session, int at)
    {
        var writes = Keys().Select(key => _random.Next(100) < settings.DeletePercent
            ? new Access($"k{key}", null, $"t{++_unique}")
            : new Access($"k{key}", $"v{++_unique}")).ToImmutableArray();
        var replica = _replicas[at];
        var update = new Update(at, _logs[at].Count + 1, [.. replica.Delivered], (++replica.Time, at), writes);
        _logs[at].Add(update);
        Apply(replica, update);
        _history.Add(new Operation { Session = $"s{session}", Kind = OperationKind.Write, Accesses = writes, Replica = $"{at}" });
    }

    private void Read(string session, int at, IEnumerable<int> keys, bool isFinal) => _history.Add(new Operation
    {
        Session = session,
        Kind = OperationKind.Read,
        Accesses = [.. keys.Select(key => _replicas[at].Values.TryGetValue($"k{key}", out var value) ? value.Access : new Access($"k{key}", null))],
        IsFinal = isFinal,
        Replica = $"{at}",
    });

    private void CatchUp(int at, int[] token)
    {
        for (var moved = true; moved;)
        {
            moved = false;
            for (var origin = 0; origin < settings.Replicas; origin++)
            {
                while (_replicas[at].Delivered[origin] < token[origin] && TryDeliver(at, origin))
                {
                    moved = true;
                }
            }
        }
    }

    private bool TryDeliver(int at, int origin)
    {
        var replica = _replicas[at];
        if (replica.Delivered[origin] == _logs[origin].Count)
        {
            return false;
        }

        var update = _logs[origin][replica.Delivered[origin]];
        for (var other = 0; other < settings.Replicas; other++)
        {
            if (update.Needs[other] > replica.Delivered[other])
            {
                return false;
            }
        }

        Apply(replica, update);
        return true;
    }

    private void Apply(Replica replica, Update update)
    {
        replica.Delivered[update.Origin] = update.Number;
        replica.Time = Math.Max(replica.Time, update.Stamp.Time);
        foreach (var write in update.Writes)
        {
            if (!settings.HasWinner || !replica.Values.TryGetValue(write.Key, out var value) || value.Stamp.CompareTo(update.Stamp) < 0)
            {
                replica.Values[write.Key] = (write, update.Stamp);
            }
        }
    }
}
