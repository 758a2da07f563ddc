using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// All keys of one replica at one causal cut, ordered by their UTF-16 code units. Immutable: a reader keeps a consistent picture for as
/// long as it holds one, whatever is written meanwhile.
/// </summary>
public sealed class KeySpace
{
    public static readonly KeySpace Empty = new(ImmutableSortedDictionary.Create<string, KeyState>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, KeyState> _keys;

    private KeySpace(ImmutableSortedDictionary<string, KeyState> keys) => _keys = keys;

    /// <summary>The number of keys, deleted ones whose tombstone is still kept included.</summary>
    public int Count => _keys.Count;

    public KeyState? Find(string key) => _keys.GetValueOrDefault(key);

    /// <summary>Every key in order, tombstones included.</summary>
    public IEnumerable<KeyValuePair<string, KeyState>> All => _keys;

    public Builder ToBuilder() => new(_keys.ToBuilder());

    /// <summary>Stages changes; the space it came from stays as it is.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As with the collections of the framework.")]
    public sealed class Builder
    {
        private readonly ImmutableSortedDictionary<string, KeyState>.Builder _keys;

        internal Builder(ImmutableSortedDictionary<string, KeyState>.Builder keys) => _keys = keys;

        public KeyState? Find(string key) => _keys.GetValueOrDefault(key);

        public void Set(string key, KeyState state) => _keys[key] = state;

        public void Remove(string key) => _keys.Remove(key);

        public KeySpace ToKeySpace() => new(_keys.ToImmutable());
    }
}
