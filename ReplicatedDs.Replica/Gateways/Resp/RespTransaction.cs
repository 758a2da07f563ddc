using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Transactions;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// What one command, or all of a MULTI, reads and writes: the reads from one root, the writes as one update under the condition that nothing
/// that was read has changed. Commands that only write have no condition and never try again.
/// </summary>
/// <param name="isMulti">Several commands: each sees the effects of those before it.</param>
internal sealed class RespTransaction(ReplicaState root, ReplicaId self, long unixMicroseconds, ApiOptions options, bool isMulti)
{
    private ReplicaState _root = root;

    // Nearly all commands have one operation or one key to read.
    private KeyOperation? _first;
    private List<KeyOperation>? _more;
    private string? _firstRead;
    private Dot? _firstDot;
    private List<string>? _moreRead;
    private Dictionary<string, KeyState>? _changed;
    private long _bytes;

    /// <summary>The root that is read.</summary>
    public ReplicaState Root => _root;

    /// <summary>Begins anew on another root, as if nothing had been read or written: one command after the other, of one connection.</summary>
    public void Restart(ReplicaState root)
    {
        if (isMulti)
        {
            throw new InvalidOperationException("Only what one command does is begun anew.");
        }

        _root = root;
        (_first, _more, _firstRead, _firstDot, _moreRead, _bytes, LacksValues) = (null, null, null, null, null, 0, false);
    }

    /// <summary>How many operations were written so far.</summary>
    public int Count => _first is null ? 0 : 1 + (_more?.Count ?? 0);

    /// <summary>Whether anything was read.</summary>
    public bool HasReads => _firstRead is not null;

    public IEnumerable<string> KeysRead => _firstRead is null ? [] : _moreRead is null ? [_firstRead] : [_firstRead, .. _moreRead];

    public bool HasRead(HashSet<string> keys) => _firstRead is not null && (keys.Contains(_firstRead) || (_moreRead?.Exists(keys.Contains) ?? false));

    public ImmutableArray<KeyOperation> Operations() => _first is null ? [] : _more is null ? [_first] : [_first, .. _more];

    /// <summary>What may have been found before it is read.</summary>
    public RespReadahead? Ahead { get; init; }

    /// <summary>The value of the key that a word names; <c>null</c> if it has none.</summary>
    /// <exception cref="RespException">The word is no key.</exception>
    public KeyState? Read(byte[] word) =>
        Ahead is not null && Ahead.TryTake(word, _root, out var key, out var found) ? Read(key, found) : Read(RespSession.KeyOf(word));

    /// <summary>Finds the keys of the next words together, as many as are found at once; they are read in this order.</summary>
    public void LookAhead(ReadOnlySpan<byte[]> words)
    {
        if (Ahead is null || words.Length == 1) // one that is alone may have been found with those of the next commands
        {
            return;
        }

        Ahead.Clear();
        for (var i = 0; i < words.Length && Ahead.TryAdd(words[i]); i++)
        {
        }

        Ahead.Find(_root);
    }

    /// <summary>The value of a key; <c>null</c> if it has none.</summary>
    public KeyState? Read(string key) => Read(key, Find(key));

    private KeyState? Read(string key, KeyState? found)
    {
        if (_firstRead is null)
        {
            (_firstRead, _firstDot) = (key, found?.Winner.Dot);
        }
        else
        {
            (_moreRead ??= []).Add(key);
        }

        return found is { IsPresent: true } ? found : null;
    }

    /// <summary>Whether what was done lacks bytes that are kept elsewhere: then it has to be done again on a root that has the values of <see cref="KeysRead"/>.</summary>
    public bool LacksValues { get; private set; }

    /// <summary>Says that these bytes of a key that was read are needed, and gives them.</summary>
    public ReadOnlyMemory<byte> Needs(ReadOnlyMemory<byte> bytes)
    {
        LacksValues |= ValueReference.Is(bytes);
        return bytes;
    }

    /// <summary>Tells the telemetry feed of everything that was read.</summary>
    public void RecordReads(KvReads reads)
    {
        if (_firstRead is null)
        {
            return;
        }

        reads.RecordRead(_firstRead, _firstDot);
        foreach (var key in _moreRead ?? [])
        {
            reads.RecordRead(key, _root.Keys.Find(key)?.Winner.Dot);
        }
    }

    /// <exception cref="RespException">In a MULTI: the key holds something else. Alone, the core says so.</exception>
    public void Write(KeyOperation operation)
    {
        if (Count == TransactionCalls.PartsMax)
        {
            throw new RespException($"ERR at most {TransactionCalls.PartsMax} keys or members can be changed together");
        }

        if (operation is SetOperation set && (_bytes += set.Value.Length) > ApiOptions.ValueBytesLimit)
        {
            throw new RespException($"ERR values that are written together have at most {ApiOptions.ValueBytesLimit} bytes");
        }

        if (isMulti)
        {
            Apply(operation);
        }

        if (_first is null)
        {
            _first = operation;
        }
        else
        {
            (_more ??= []).Add(operation);
        }
    }

    /// <summary>A value as it is written, if it is not too long.</summary>
    /// <exception cref="RespException">It is.</exception>
    public byte[] Value(byte[] value) => value.Length <= options.ValueBytesMax
        ? value
        : throw new RespException($"ERR string exceeds maximum allowed size ({options.ValueBytesMax} bytes)");

    /// <summary>That nothing that was read has changed.</summary>
    public ImmutableArray<WriteCondition> Conditions()
    {
        if (!HasReads)
        {
            return [];
        }

        var conditions = ImmutableArray.CreateBuilder<WriteCondition>();
        foreach (var key in KeysRead.Distinct())
        {
            Unchanged(conditions, key, _root.Keys.Find(key), _root.Delivered);
        }

        return conditions.DrainToImmutable();
    }

    /// <summary>Adds that the key still has this state, which it had in a root with that clock.</summary>
    public static void Unchanged(ImmutableArray<WriteCondition>.Builder conditions, string key, KeyState? state, VectorClock since)
    {
        conditions.Add(new WriteCondition(key, null) { UnchangedSince = since });
        if (state is { IsPresent: true } && state.Dots is [var only])
        {
            // A delete that everybody has may have left nothing by which to see that it was there.
            conditions.Add(new WriteCondition(key, only));
        }
    }

    private KeyState? Find(string key) => _changed is not null && _changed.TryGetValue(key, out var changed) ? changed : _root.Keys.Find(key);

    private void Apply(KeyOperation operation)
    {
        var state = Find(operation.Key);
        Require(state, operation);
        var update = new Update(new Dot(self, _root.Delivered[self] + 1), _root.Delivered, _root.Timestamp.Next(unixMicroseconds), []);
        if (KeyState.StartsAnew(state, operation))
        {
            state = KeyState.Apply(state, update, new DeleteOperation(operation.Key));
        }

        (_changed ??= new(StringComparer.Ordinal))[operation.Key] = KeyState.Apply(state, update, operation);
    }

    private static void Require(KeyState? state, KeyOperation operation)
    {
        var kind = state?.Kind ?? ValueKind.Absent;
        switch (operation)
        {
            case AddOperation or RemoveOperation when kind is not (ValueKind.Absent or ValueKind.Set):
            case IncrementOperation when kind == ValueKind.Set:
                throw RespException.WrongType();
            case IncrementOperation when kind == ValueKind.Register && !state!.Winner.TryGetInteger(out _):
                throw RespException.NotAnInteger();
            case IncrementOperation increment when (Int128)(kind == ValueKind.Absent ? 0 : state!.Count) + increment.By is var sum && (sum < long.MinValue || sum > long.MaxValue):
                throw new RespException(RespException.OverflowText);
            default:
                break;
        }
    }
}
