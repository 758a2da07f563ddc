using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

/// <summary>
/// A few replicas that write one key, deliver each other's writes in random causal orders, collect under the stable vector and join each
/// other's states; beside each state the set of writes that it stands for, so that a naive replay of those says what it should be.
/// </summary>
internal sealed class KeyHistory(int replicas, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<(KeyVersion Version, VectorClock Context)> _writes = [];
    private readonly KeyState?[] _states = new KeyState?[replicas];
    private readonly List<VectorClock>[] _rows = [.. Enumerable.Range(0, replicas).Select(_ => new List<VectorClock> { VectorClock.Empty })];

    public int Replicas => replicas;

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

    /// <summary>The state after all writes that <paramref name="delivered"/> counts, in some causal order, with nothing collected.</summary>
    public KeyState? Replay(VectorClock delivered)
    {
        KeyState? state = null;
        var done = VectorClock.Empty;
        var left = _writes.Where(one => delivered.Covers(one.Version.Dot)).ToList();
        while (left.Count > 0)
        {
            var ready = left.Where(one => done.Covers(one.Context)).ToList();
            var next = ready[_random.Next(ready.Count)];
            left.Remove(next);
            state = KeyState.Write(state, next.Version, next.Context);
            done = done.With(next.Version.Dot);
        }

        return state;
    }

    private void Write(int replica)
    {
        var context = Delivered(replica);
        var dot = new Dot(replica + 1, context[new ReplicaId(replica + 1)] + 1);
        var past = _writes.Where(one => context.Covers(one.Version.Dot)).Select(one => one.Version.Timestamp.Packed).DefaultIfEmpty(0).Max();
        var timestamp = new HybridTimestamp(past + _random.Next(1, 4));
        var version = new KeyVersion(dot, timestamp, IsTombstone: _random.Next(2) == 0, new[] { (byte)_writes.Count }, null);
        _writes.Add((version, context));
        _states[replica] = KeyState.Write(_states[replica], version, context);
        _rows[replica].Add(context.With(dot));
    }

    private void Deliver(int replica)
    {
        var delivered = Delivered(replica);
        var ready = _writes.Where(one => !delivered.Covers(one.Version.Dot) && delivered.Covers(one.Context)).ToList();
        if (ready.Count > 0)
        {
            var (version, context) = ready[_random.Next(ready.Count)];
            _states[replica] = KeyState.Write(_states[replica], version, context);
            _rows[replica].Add(delivered.With(version.Dot));
        }
    }
}
