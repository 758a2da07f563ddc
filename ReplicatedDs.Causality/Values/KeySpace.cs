using System.Diagnostics.CodeAnalysis;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// All keys of one replica at one causal cut, ordered by their UTF-16 code units. Immutable: a reader keeps a consistent picture for as
/// long as it holds one, whatever is written meanwhile.
/// </summary>
public sealed class KeySpace
{
    public static readonly KeySpace Empty = new(KeyTree.Empty, 0);

    private readonly KeyTree _keys;

    private KeySpace(KeyTree keys, int count) => (_keys, Count) = (keys, count);

    /// <summary>The number of keys, deleted ones whose tombstone is still kept included.</summary>
    public int Count { get; }

    public KeyState? Find(string key) => _keys.Find(key);

    /// <summary>Every key in order, tombstones included.</summary>
    public IEnumerable<KeyValuePair<string, KeyState>> All => _keys.From("");

    /// <summary>The keys from <paramref name="from"/> on, in order, tombstones included. Costs no more than what is enumerated.</summary>
    public IEnumerable<KeyValuePair<string, KeyState>> From(string from) => _keys.From(from);

    public Builder ToBuilder() => new(_keys, Count);

    /// <summary>Stages changes; the space it came from stays as it is.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As with the collections of the framework.")]
    public sealed class Builder
    {
        private KeyTree _keys;
        private int _count;

        // Whose nodes may be changed in place: those made since the last space was given out.
        private object _owner = new();

        internal Builder(KeyTree keys, int count) => (_keys, _count) = (keys, count);

        public KeyState? Find(string key) => _keys.Find(key);

        public void Set(string key, KeyState state)
        {
            _keys = _keys.Set(key, state, _owner, out var isNew);
            _count += isNew ? 1 : 0;
        }

        public void Remove(string key)
        {
            if (_keys.Find(key) is not null)
            {
                _keys = _keys.Remove(key);
                _count--;
            }
        }

        /// <summary>Sets the key, or removes it if nothing is left of it.</summary>
        public void Put(string key, KeyState? state)
        {
            if (state is null)
            {
                Remove(key);
            }
            else
            {
                Set(key, state);
            }
        }

        public KeySpace ToKeySpace()
        {
            _owner = new object();
            return new KeySpace(_keys, _count);
        }
    }
}
