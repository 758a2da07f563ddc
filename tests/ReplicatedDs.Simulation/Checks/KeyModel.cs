using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// The values of one replica, kept the naive way: per key all writes that no delivered write has in its causal past. Keys that are not only
/// set and deleted are in a <see cref="TypedModel"/>.
/// </summary>
internal sealed class KeyModel
{
    private readonly SortedDictionary<string, List<Version>> _keys = new(StringComparer.Ordinal);

    private readonly TypedModel _typed;

    // Writes that clients may repeat, by the name that they gave them.
    private readonly SortedDictionary<string, List<WrittenUpdate>> _named = new(StringComparer.Ordinal);

    public KeyModel()
        : this(new TypedModel())
    {
    }

    private KeyModel(TypedModel typed) => _typed = typed;

    public IEnumerable<string> Keys => _keys.Keys.Concat(_typed.Keys);

    /// <summary>Whether clients only set and delete the key.</summary>
    public static bool IsPlain(string key) => key[0] == 'k';

    public bool Knows(string key) => _keys.ContainsKey(key) || _typed.Knows(key);

    public KeyModel Copy()
    {
        var copy = new KeyModel(_typed.Copy());
        foreach (var (key, versions) in _keys)
        {
            copy._keys.Add(key, [.. versions]);
        }

        foreach (var (id, writes) in _named)
        {
            copy._named.Add(id, [.. writes]);
        }

        return copy;
    }

    public void Apply(WrittenUpdate written)
    {
        var isVoid = MeetTwins(written);
        foreach (var (index, operation) in written.Update.Operations.OfType<KeyOperation>().Index())
        {
            if (!IsPlain(operation.Key))
            {
                _typed.Apply(written, operation, index, isVoid);
                continue;
            }

            if (!_keys.TryGetValue(operation.Key, out var versions))
            {
                _keys.Add(operation.Key, versions = []);
            }

            var dot = written.Update.Dot;
            versions.RemoveAll(old => written.Dependencies.Has(old.Dot) || old.Dot == dot);
            if (!isVoid)
            {
                versions.Add(new Version(dot, written.Update.Timestamp, operation));
            }
        }
    }

    /// <summary>Whether the update is the same write as one with a smaller dot that did not see it; those with larger dots are taken back.</summary>
    private bool MeetTwins(WrittenUpdate written)
    {
        if (written.Update.OperationId is not { } id)
        {
            return false;
        }

        if (!_named.TryGetValue(id, out var others))
        {
            _named.Add(id, others = []);
        }

        var twins = others.Where(other => !written.Dependencies.Has(other.Update.Dot)).ToList();
        others.Add(written);
        foreach (var gone in twins.Where(twin => twin.Update.Dot > written.Update.Dot))
        {
            foreach (var key in gone.Update.Keys)
            {
                _keys.GetValueOrDefault(key)?.RemoveAll(version => version.Dot == gone.Update.Dot);
                _typed.TakeBack(key, gone.Update.Dot);
            }
        }

        return twins.Exists(twin => twin.Update.Dot < written.Update.Dot);
    }

    /// <summary>The versions of a key, the winner first; empty if nothing was written.</summary>
    public IReadOnlyList<Version> Find(string key)
    {
        if (!_keys.TryGetValue(key, out var versions))
        {
            return [];
        }

        versions.Sort(static (left, right) => right.CompareTo(left));
        return versions;
    }

    /// <summary>
    /// Why <paramref name="state"/> is not what this model says of the key; null if it is. What everybody has may have been forgotten: a beaten delete,
    /// or a winning one with all its siblings.
    /// </summary>
    public string? Difference(string key, KeyState? state, Func<Dot, bool> hasEverybody)
    {
        if (!IsPlain(key))
        {
            return _typed.Difference(key, state);
        }

        var expected = Find(key);
        var actual = state is null ? [] : state.Versions.RemoveAll(version => version.Kind == VersionKind.Void);
        if (expected is [{ IsDelete: true }, ..] && actual.IsEmpty && expected.All(version => hasEverybody(version.Dot)))
        {
            return null;
        }

        if (expected.Count > actual.Length)
        {
            expected =
            [
                expected[0],
                .. expected.Skip(1).Where(version => !version.IsDelete || !hasEverybody(version.Dot) || actual.Any(theirs => theirs.Dot == version.Dot)),
            ];
        }

        var same = expected.Count == actual.Length;
        for (var i = 0; same && i < expected.Count; i++)
        {
            var (mine, theirs) = (expected[i], actual[i]);
            same = mine.Dot == theirs.Dot && mine.Timestamp == theirs.Timestamp && mine.IsDelete == theirs.IsTombstone
                && (mine.IsDelete || (mine.Operation is SetOperation set && set.ContentType == theirs.ContentType && set.Value.Span.SequenceEqual(theirs.Value.Span)));
        }

        return same ? null : $"{key} is [{string.Join(' ', actual.Select(v => $"{v.Dot}@{v.Timestamp}{(v.IsTombstone ? "-" : "")}"))}], should be [{string.Join(' ', expected)}]";
    }

    /// <summary>One version.</summary>
    internal readonly record struct Version(Dot Dot, HybridTimestamp Timestamp, KeyOperation Operation) : IComparable<Version>
    {
        public bool IsDelete => Operation is DeleteOperation;

        public int CompareTo(Version other)
        {
            var byTime = Timestamp.Packed.CompareTo(other.Timestamp.Packed);
            return byTime != 0 ? byTime : Dot.Replica.Value.CompareTo(other.Dot.Replica.Value);
        }

        public override string ToString() => $"{Dot}@{Timestamp} {Describe.Operation(Operation)}";
    }
}
