using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.Checks;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// A client with a causal session: one request at a time, now at this replica, now at that. Its clock goes with it, and a replica answers
/// only once it covers it.
/// </summary>
internal sealed class ClientSession(SimulatedCluster cluster, int number, SeededRandom random)
{
    // A client gives up on a request after this long: it may have been carried out or not.
    private const long Patience = 3_000_000;

    private VectorClock _clock = VectorClock.Empty;
    private SimulatedReplica? _home;
    private long _request;
    private int _writes;
    private int _names;

    public int Number => number;

    /// <summary>Whether a request is under way.</summary>
    public bool IsBusy { get; private set; }

    public void Start() => Think();

    private void Think()
    {
        if (!cluster.IsHealed)
        {
            cluster.Queue.Schedule(random.Skewed(500, cluster.Options.ThinkTimeMax), Ask);
        }
    }

    private void Ask()
    {
        if (cluster.IsHealed)
        {
            return;
        }

        if (_home is not { IsActive: true } || random.Chance(cluster.Options.MovePercent))
        {
            var active = cluster.Replicas.Where(replica => replica.IsActive).ToList();
            _home = active.Count == 0 ? null : random.Pick(active);
        }

        if (_home is not { } at)
        {
            Think();
            return;
        }

        IsBusy = true;
        var request = ++_request;
        var epoch = at.Epoch;
        cluster.Queue.Schedule(Patience, () => Done(request));
        cluster.Queue.Schedule(random.Skewed(20, 3_000), () =>
        {
            if (at.Epoch != epoch || request != _request)
            {
                return;
            }

            at.WhenCovered(_clock, Patience / 2, isCovered =>
            {
                if (request != _request)
                {
                    return;
                }

                if (!isCovered)
                {
                    Done(request);
                }
                else if (random.Chance(cluster.Options.WritePercent))
                {
                    Write(at, request);
                }
                else
                {
                    Read(at, request);
                }
            });
        });
    }

    private void Done(long request)
    {
        if (request == _request && IsBusy)
        {
            IsBusy = false;
            _request++;
            Think();
        }
    }

    private void Read(SimulatedReplica at, long request)
    {
        var root = at.Published;
        var keys = Keys(random.Chance(30) ? (int)random.Between(2, 4) : 1);
        cluster.Checks.Read(this, at, root, keys);
        _clock = _clock.Merge(root.Delivered);
        Trace($"read {string.Join(' ', keys)} at {at.Label} {root.Delivered}");
        Done(request);
    }

    private void Write(SimulatedReplica at, long request)
    {
        var operations = Keys(random.Chance(25) ? (int)random.Between(2, 4) : 1).Select(Operation).ToImmutableArray();
        ImmutableArray<WriteCondition> conditions = random.Chance(20) && KeyModel.IsPlain(operations[0].Key) ? [Condition(at, operations[0].Key)] : [];
        string? name = random.Chance(25) ? string.Create(CultureInfo.InvariantCulture, $"{number}/{++_names}") : null;
        if (name is not null && random.Chance(60))
        {
            cluster.Queue.Schedule(random.Skewed(100, Patience), () => Repeat(operations, name));
        }

        at.Submit(tag => new WriteRequest(tag, operations, conditions, OperationId: name), result =>
        {
            Trace($"at {at.Label}: {(result is null ? "storage failed" : Describe.Result(result))}");
            if (result is Written { IsRepeated: false } written && request == _request)
            {
                cluster.Checks.Wrote(this, at, written);
                _clock = _clock.Merge(written.Clock);
            }

            Done(request);
        });
    }

    /// <summary>The same write again, at whichever replica, as if its answer had been lost.</summary>
    private void Repeat(ImmutableArray<KeyOperation> operations, string name)
    {
        var active = cluster.Replicas.Where(replica => replica.IsActive).ToList();
        if (!cluster.IsHealed && active.Count > 0)
        {
            var at = random.Pick(active);
            at.Submit(tag => new WriteRequest(tag, operations, [], OperationId: name), result =>
                Trace($"again {name} at {at.Label}: {(result is null ? "storage failed" : Describe.Result(result))}"));
        }
    }

    private KeyOperation Operation(string key)
    {
        if (random.Chance(15))
        {
            return new DeleteOperation(key);
        }

        // A key is written as its first letter says, most of the time, so that types meet only now and then.
        var member = string.Create(CultureInfo.InvariantCulture, $"m{random.Below(4)}");
        switch (KeyModel.IsPlain(key) || random.Chance(90) ? key[0] : "kcs"[random.Below(3)])
        {
            case 'c':
                return random.Chance(90) ? new IncrementOperation(key, random.Between(-5, 20)) : new SetOperation(key, "100"u8.ToArray(), null);
            case 's':
                return random.Chance(70) ? new AddOperation(key, member) : new RemoveOperation(key, member);
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{number}.{++_writes}");
        return new SetOperation(key, Encoding.UTF8.GetBytes(random.Chance(5) ? "" : text), random.Chance(20) ? "text/plain" : null);
    }

    /// <summary>Mostly what holds now, so that another writer may come in between.</summary>
    private WriteCondition Condition(SimulatedReplica at, string key)
    {
        var state = at.Published.Keys.Find(key);
        return new WriteCondition(key, state is { IsPresent: true } && random.Chance(80) ? state.Winner.Dot : null);
    }

    private List<string> Keys(int count)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            keys.Add(string.Create(CultureInfo.InvariantCulture, $"{(random.Chance(60) ? 'k' : random.Chance(50) ? 'c' : 's')}{random.Below(cluster.Options.Keys)}"));
        }

        return [.. keys];
    }

    private void Trace(string what)
    {
        if (cluster.Trace.IsOn)
        {
            cluster.Trace.Write(cluster.Queue.Now, string.Create(CultureInfo.InvariantCulture, $"c{number}"), what);
        }
    }
}
