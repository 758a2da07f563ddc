using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// All keys of one replica at one causal cut, ordered by their UTF-16 code units. It never changes to who reads it: a reader keeps a consistent picture for as
/// long as it holds one, whatever is written meanwhile. For any number of threads.
/// </summary>
public sealed class KeySpace
{
    public static readonly KeySpace Empty = new(KeyTree.Empty, 0, KeyHistory.Start());

    private readonly KeyTree _keys;
    private readonly KeyMoment _moment;

    private KeySpace(KeyTree keys, int count, KeyMoment moment) => (_keys, Count, _moment) = (keys, count, moment);

    /// <summary>The number of keys, deleted ones whose tombstone is still kept included.</summary>
    public int Count { get; }

    public KeyState? Find(string key) => _keys.Find(key, _moment);

    /// <summary>
    /// Finds several keys together, which is quicker than one after another where they do not lie in the processor's caches: see <see cref="KeyLookahead"/>.
    /// </summary>
    /// <param name="states">Receives the state of each key, in their order; <c>null</c> where there is none.</param>
    /// <returns>A number without a meaning that depends on all that was read. Who keeps it makes sure that all of it is read here and not later, one by one.</returns>
    /// <exception cref="ArgumentException">There is not one place for each key.</exception>
    internal long Find(ReadOnlySpan<string> keys, Span<KeyState?> states)
    {
        if (keys.Length != states.Length)
        {
            throw new ArgumentException($"{keys.Length} keys have {states.Length} places.", nameof(states));
        }

        var read = 0L;
        Nodes nodes = default;
        Span<int> indexes = stackalloc int[KeyLookahead.Max];
        for (var count = 0; !keys.IsEmpty; keys = keys[count..], states = states[count..])
        {
            count = Math.Min(keys.Length, KeyLookahead.Max);
            Span<KeyTree> leaves = nodes[..count];
            read += _keys.Find(keys[..count], leaves, indexes[..count]);
            for (var i = 0; i < count; i++)
            {
                states[i] = indexes[i] < 0 ? null : ((KeyTree.Leaf)leaves[i]).At(indexes[i], _moment);
            }

            // First all states, then all values: within a loop nothing waits for what the one before it reads.
            foreach (var state in states[..count])
            {
                read += state?.Winner.Value.Length ?? 0;
            }

            foreach (var state in states[..count])
            {
                read += state is { Winner: { IsReference: false, Value: { Length: > 0 } value } } ? value.Span[^1] : 0;
            }
        }

        return read;
    }

    /// <summary>Every key in order, tombstones included.</summary>
    public IEnumerable<KeyValuePair<string, KeyState>> All => From("");

    /// <summary>The keys from <paramref name="from"/> on, in order, tombstones included. Costs no more than what is enumerated.</summary>
    public IEnumerable<KeyValuePair<string, KeyState>> From(string from) => _keys.From(from, _moment);

    /// <summary>The same with other states of some keys, to read from.</summary>
    public KeySpace With(IEnumerable<KeyValuePair<string, KeyState>> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var step = new KeyStep(new object(), null, _moment);
        var (keys, count) = (_keys, Count);
        foreach (var (key, state) in changes)
        {
            keys = keys.Set(key, state, step, out var isNew);
            count += isNew ? 1 : 0;
        }

        return new KeySpace(keys, count, _moment);
    }

    /// <summary>
    /// The same keys, to go on from: what newer spaces changed in place is taken back. Going on from this one without it is right too, but takes back the same again
    /// each time, and who reads it finds what it had less quickly.
    /// </summary>
    public KeySpace Resume()
    {
        var (keys, history) = KeyHistory.Begin(_keys, _moment, Count);
        return new KeySpace(keys, Count, history.End());
    }

    /// <summary>
    /// The one way on: from the newest space the builder changes states in place, which costs least, while older spaces find what they had. A builder from any
    /// other, or beside one that has changed something and given out no space, is right too, but may copy all keys first.
    /// </summary>
    public Builder ToBuilder() => new(_keys, Count, _moment);

    [InlineArray(KeyLookahead.Max)]
    private struct Nodes
    {
        private KeyTree _first;
    }

    /// <summary>Stages changes; the space it came from stays as it is. For one thread.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As with the collections of the framework.")]
    public sealed class Builder
    {
        private KeyTree _keys;
        private int _count;

        // Of the space that it came from or gave out last; null once something is changed.
        private KeyMoment? _moment;
        private KeyStep _step;
        private KeyLookahead? _ahead;

        internal Builder(KeyTree keys, int count, KeyMoment moment) => (_keys, _count, _moment) = (keys, count, moment);

        public KeyState? Find(string key)
        {
            var leaf = LeafOf(key, out var index);
            return index < 0 ? null : leaf.At(index, _moment);
        }

        /// <summary>Finds the keys that were added there, for the changes that follow. Until it is cleared no other builder may use it.</summary>
        internal void LookAhead(KeyLookahead ahead)
        {
            _ahead = ahead;
            ahead.Find(_keys);
        }

        public void Set(string key, KeyState state)
        {
            Begin();
            KeyTree.Leaf? leaf = null;
            if (_ahead is { IsEmpty: false })
            {
                leaf = LeafOf(key, out var index);
                if (index >= 0 && leaf.TryChange(index, state, _step))
                {
                    return;
                }
            }

            _keys = _keys.Set(key, state, _step, out var isNew);
            _count += isNew ? 1 : 0;
            if (leaf is not null)
            {
                _ahead!.Replaced(leaf);
            }
        }

        public void Remove(string key)
        {
            if (Find(key) is not null)
            {
                Begin();
                _keys = _keys.Remove(key, _step);
                _count--;
                _ahead?.Clear();
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
            _moment ??= _step.History!.End();
            return new KeySpace(_keys, _count, _moment);
        }

        private KeyTree.Leaf LeafOf(string key, out int index)
        {
            if (_ahead?.LeafOf(key, out index) is { } leaf)
            {
                return leaf;
            }

            leaf = _keys.LeafOf(key);
            index = leaf.IndexOf(key);
            return leaf;
        }

        private void Begin()
        {
            if (_moment is not null)
            {
                var (keys, history) = KeyHistory.Begin(_keys, _moment, _count);
                if (!ReferenceEquals(keys, _keys))
                {
                    _ahead?.Clear(); // it is a copy
                }

                (_keys, _step, _moment) = (keys, new KeyStep(new object(), history, null), null);
            }
        }
    }
}
