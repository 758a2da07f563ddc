using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Idempotency;

/// <summary>
/// The operation ids of the updates applied, until these are stable and <see cref="KeepMilliseconds"/> old. Of two updates that are the same write
/// and did not see each other, that with the larger dot is void. Immutable.
/// </summary>
/// <remarks>An update still to come depends on everything stable, so none that would be void can come once an id is forgotten.</remarks>
public sealed class OperationIds
{
    public static readonly OperationIds Empty = new(
        ImmutableDictionary.Create<string, ImmutableArray<KnownOperation>>(StringComparer.Ordinal), ImmutableQueue<(string, Dot)>.Empty, 0);

    /// <summary>How long an id is remembered at least, except under a flood of them.</summary>
    public const long KeepMilliseconds = 10 * 60 * 1000;

    /// <summary>Ids remembered for their age; more are forgotten as soon as they are stable.</summary>
    public const int KeepMax = 100_000;

    private readonly ImmutableDictionary<string, ImmutableArray<KnownOperation>> _known;

    // All of them, about by age.
    private readonly ImmutableQueue<(string Id, Dot Dot)> _queue;

    private OperationIds(ImmutableDictionary<string, ImmutableArray<KnownOperation>> known, ImmutableQueue<(string Id, Dot Dot)> queue, int count) =>
        (_known, _queue, Count) = (known, queue, count);

    /// <summary>The number of updates remembered.</summary>
    public int Count { get; }

    /// <summary>Every update with its id, the oldest first.</summary>
    public IEnumerable<(string Id, KnownOperation Operation)> All =>
        _queue.Select(entry => (entry.Id, _known[entry.Id].First(one => one.Dot == entry.Dot)));

    /// <summary>The updates with that id, by dot.</summary>
    public ImmutableArray<KnownOperation> Find(string id) => _known.GetValueOrDefault(id, []);

    public OperationIds Add(string id, KnownOperation operation)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(operation);
        var others = Find(id);
        return others.Any(one => one.Dot == operation.Dot)
            ? this
            : new OperationIds(
                _known.SetItem(id, [.. others.Append(operation).OrderBy(one => one.Dot)]), _queue.Enqueue((id, operation.Dot)), Count + 1);
    }

    /// <summary>What <paramref name="update"/> is a repetition of, or what is one of it: the same write, made without knowing of it.</summary>
    internal IEnumerable<KnownOperation> Twins(Update update, ulong fingerprint) => update.OperationId is null
        ? []
        : Find(update.OperationId).Where(one => one.Fingerprint == fingerprint && one.Dot != update.Dot && !update.Dependencies.Covers(one.Dot));

    internal OperationIds Collect(VectorClock stable, long nowMilliseconds)
    {
        var (known, queue, count) = (_known, _queue, Count);
        while (count > 0)
        {
            var (id, dot) = queue.Peek();
            var operation = known[id].First(one => one.Dot == dot);
            if (!stable.Covers(dot) || (nowMilliseconds - operation.Milliseconds < KeepMilliseconds && count <= KeepMax))
            {
                break;
            }

            queue = queue.Dequeue();
            count--;
            var left = known[id].Remove(operation);
            known = left.IsEmpty ? known.Remove(id) : known.SetItem(id, left);
        }

        return count == Count ? this : new OperationIds(known, queue, count);
    }
}
