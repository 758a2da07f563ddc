using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

/// <summary>
/// A few replicas that write one key, deliver each other's writes in random causal orders, collect under the stable vector and join each
/// other's states; beside each state the set of writes that it stands for, so that a naive replay of those says what it should be.
/// </summary>
internal sealed class KeyHistory(int replicas, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Update> _updates = [];
    private readonly KeyState?[] _states = new KeyState?[replicas];
    private readonly List<VectorClock>[] _rows = [.. Enumerable.Range(0, replicas).Select(_ => new List<VectorClock> { VectorClock.Empty })];

    public int Replicas => replicas;

    public IReadOnlyList<Update> Updates => _updates;

    public KeyState? State(int replica) => _states[replica];

    public VectorClock Delivered(int replica) => _rows[replica][^1];

    /// <summary>The stable vector as <paramref name="replica"/> knows it (R4): of each other one the last row whose own writes are delivered here.</summary>
    public VectorClock Stable(int replica) => Enumerable.Range(0, replicas)
        .Select(other => _rows[other].Last(row => Delivered(replica).Covers(new Dot(other + 1, row[new ReplicaId(other + 1)]))))
        .Aggregate((left, right) => left.Meet(right));

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            var replica = _random.Next(replicas);
            switch (_random.Next(8))
            {
                case 0 or 1:
                    Write(replica);
                    break;
                case 2:
                    _states[replica] = _states[replica]?.Collect(Stable(replica));
                    break;
                case 3:
                    var other = _random.Next(replicas);
                    _states[replica] = KeyState.Join(_states[replica], Delivered(replica), _states[other], Delivered(other));
                    _rows[replica].Add(Delivered(replica).Merge(Delivered(other)));
                    break;
                default:
                    Deliver(replica);
                    break;
            }
        }
    }

    /// <summary>The state after all updates that <paramref name="delivered"/> counts, in some causal order, with nothing collected.</summary>
    public KeyState? Replay(VectorClock delivered)
    {
        KeyState? state = null;
        var done = VectorClock.Empty;
        var left = _updates.Where(one => delivered.Covers(one.Dot)).ToList();
        while (left.Count > 0)
        {
            var ready = left.Where(one => done.Covers(one.Dependencies)).ToList();
            var next = ready[_random.Next(ready.Count)];
            left.Remove(next);
            state = Apply(state, next);
            done = done.With(next.Dot);
        }

        return state;
    }

    private static KeyState? Apply(KeyState? state, Update update) =>
        update.Operations.Cast<KeyOperation>().Aggregate(state, (before, operation) => KeyState.Apply(before, update, operation));

    private void Write(int replica)
    {
        var context = Delivered(replica);
        var dot = new Dot(replica + 1, context[new ReplicaId(replica + 1)] + 1);
        var past = _updates.Where(one => context.Covers(one.Dot)).Select(one => one.Timestamp.Packed).DefaultIfEmpty(0).Max();
        var timestamp = new HybridTimestamp(past + _random.Next(1, 4));
        var update = new Update(dot, context, timestamp, []);
        for (var left = _random.Next(4) == 0 ? 2 : 1; left > 0; left--)
        {
            var operation = Operation();
            foreach (var one in KeyState.StartsAnew(_states[replica], operation) ? [new DeleteOperation("k"), operation] : new[] { operation })
            {
                update = update with { Operations = update.Operations.Add(one) };
                _states[replica] = KeyState.Apply(_states[replica], update, one);
            }
        }

        _updates.Add(update);
        _rows[replica].Add(context.With(dot));
    }

    private KeyOperation Operation() => _random.Next(9) switch
    {
        0 => new SetOperation("k", Encoding.ASCII.GetBytes(_random.Next(2) == 0 ? "text" : $"{_random.Next(100)}"), null),
        1 or 2 => new DeleteOperation("k"),
        3 or 4 or 5 => new IncrementOperation("k", _random.Next(-9, 10)),
        6 or 7 => new AddOperation("k", "ab"[_random.Next(2)].ToString()),
        _ => new RemoveOperation("k", "ab"[_random.Next(2)].ToString()),
    };

    private void Deliver(int replica)
    {
        var delivered = Delivered(replica);
        var ready = _updates.Where(one => !delivered.Covers(one.Dot) && delivered.Covers(one.Dependencies)).ToList();
        if (ready.Count > 0)
        {
            var update = ready[_random.Next(ready.Count)];
            _states[replica] = Apply(_states[replica], update);
            _rows[replica].Add(delivered.With(update.Dot));
        }
    }
}
