using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// A write's operations tried in order on what the replica shows: each sees the effects of those before it. Nothing is staged by it.
/// </summary>
internal sealed class PreparedWrite(StagedState staged, ImmutableArray<KeyOperation> requested, Dot dot, HybridTimestamp timestamp)
{
    private readonly ImmutableArray<Operation>.Builder _operations = ImmutableArray.CreateBuilder<Operation>(requested.Length);
    private readonly ImmutableArray<long>.Builder _effects = ImmutableArray.CreateBuilder<long>(requested.Length);
    private Dictionary<string, KeyState?>? _tried;

    /// <summary>The operations to write, when <see cref="Try"/> found nothing wrong.</summary>
    public ImmutableArray<Operation> Operations => _operations.DrainToImmutable();

    /// <summary>As <see cref="Written.Effects"/>.</summary>
    public ImmutableArray<long> Effects => _effects.DrainToImmutable();

    /// <returns>What forbids the write; <c>null</c> if nothing does.</returns>
    public RequestResult? Try()
    {
        foreach (var operation in requested)
        {
            var state = Find(operation.Key);
            if (Forbids(state, operation, out var effect) is { } failure)
            {
                return failure;
            }

            _effects.Add(effect);
            if (KeyState.StartsAnew(state, operation))
            {
                Add(state, new DeleteOperation(operation.Key));
            }

            Add(Find(operation.Key), operation);
        }

        return null;
    }

    private static RequestResult? Forbids(KeyState? state, KeyOperation operation, out long effect)
    {
        var kind = state?.Kind ?? ValueKind.Absent;
        effect = 0;
        switch (operation)
        {
            case DeleteOperation:
                effect = kind == ValueKind.Absent ? 0 : 1;
                return null;
            case IncrementOperation increment:
                var isNumber = kind is ValueKind.Absent or ValueKind.Counter
                    || (kind == ValueKind.Register && state!.Winner.TryGetInteger(out _));
                if (!isNumber)
                {
                    return new WrongType(operation.Key, kind);
                }

                var value = (Int128)(kind == ValueKind.Absent ? 0 : state!.Count) + increment.By;
                effect = (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
                return value == effect ? null : new Overflow(operation.Key);
            case AddOperation or RemoveOperation when kind is not (ValueKind.Absent or ValueKind.Set):
                return new WrongType(operation.Key, kind);
            case AddOperation add:
                effect = kind == ValueKind.Set && state!.Members.Contains(add.Member) ? 0 : 1;
                return null;
            case RemoveOperation remove:
                effect = kind == ValueKind.Set && state!.Members.Contains(remove.Member) ? 1 : 0;
                return null;
            default:
                return null;
        }
    }

    private KeyState? Find(string key) => _tried is not null && _tried.TryGetValue(key, out var state) ? state : staged.Find(key);

    private void Add(KeyState? state, KeyOperation operation)
    {
        _operations.Add(operation);
        if (requested.Length > 1)
        {
            // The operations before it are no part of what one operation does.
            (_tried ??= new(StringComparer.Ordinal))[operation.Key] =
                KeyState.Apply(state, new Update(dot, staged.Delivered, timestamp, []), operation);
        }
    }
}
