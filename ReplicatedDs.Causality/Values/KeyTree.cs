using ReplicatedDs.Causality.Collections;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// A B+ tree of keys: a change gives a new tree that shares all but one path with the old one, or, where only a key's state is another, changes it in place
/// and keeps the old one in a <see cref="KeyHistory"/>; then the tree is read with its <see cref="KeyMoment"/>. Ordered by UTF-16 code units. Wide nodes keep
/// it shallow and small, and a scan from any key costs what it returns.
/// </summary>
internal abstract class KeyTree(object? owner)
{
    public static readonly KeyTree Empty = new Leaf(SortedKeys.Of([]), [], null, null);

    private const int Max = 32;
    private const int Min = 8;

    /// <summary>Keys of a leaf, or children of a branch.</summary>
    protected abstract int Width { get; }

    protected abstract string First { get; }

    /// <param name="moment">When the tree was; <c>null</c> to the one who changes it, who alone sees it as it is.</param>
    public KeyState? Find(string key, KeyMoment? moment)
    {
        var leaf = LeafOf(key);
        var index = leaf.IndexOf(key);
        return index < 0 ? null : leaf.At(index, moment);
    }

    /// <summary>The leaf that a key belongs to, whether it is there or not.</summary>
    public Leaf LeafOf(string key)
    {
        var node = this;
        while (node is Branch branch)
        {
            node = branch.ChildFor(key);
        }

        return (Leaf)node;
    }

    /// <summary>Finds several keys: all of them at each level before the next, so that what they have to read is waited for at once.</summary>
    /// <param name="leaves">Receives the leaf that each key belongs to.</param>
    /// <param name="indexes">Receives its place there; less than 0 if it is not there.</param>
    /// <returns>Something that depends on all that was read.</returns>
    public long Find(ReadOnlySpan<string> keys, Span<KeyTree> leaves, Span<int> indexes)
    {
        var read = 0L;
        leaves.Fill(this);
        for (var level = this; level is Branch; level = leaves[0]) // all leaves are at the same depth
        {
            for (var i = 0; i < keys.Length; i++)
            {
                leaves[i] = ((Branch)leaves[i]).ChildFor(keys[i]);
            }

            foreach (var node in leaves)
            {
                read += node.Width;
            }
        }

        foreach (var leaf in leaves)
        {
            read += ((Leaf)leaf).Read();
        }

        for (var i = 0; i < keys.Length; i++)
        {
            indexes[i] = ((Leaf)leaves[i]).IndexOf(keys[i]);
        }

        return read;
    }

    /// <summary>The entries from <paramref name="from"/> on, in order.</summary>
    public abstract IEnumerable<KeyValuePair<string, KeyState>> From(string from, KeyMoment moment);

    /// <summary>The same tree as it was at a moment, of nodes of its own, whose leaves may be changed in place in <paramref name="history"/>.</summary>
    public abstract KeyTree Copy(KeyMoment moment, KeyHistory history);

    /// <param name="isNew">Whether the key was not there.</param>
    public KeyTree Set(string key, KeyState state, in KeyStep step, out bool isNew)
    {
        var (left, right, separator) = Put(key, state, step, out isNew);
        return right is null ? left : new Branch(SortedKeys.Of([separator!]), [left, right], step.Owner);
    }

    /// <summary>Without the key, which must be there.</summary>
    public KeyTree Remove(string key, in KeyStep step)
    {
        var tree = Take(key, step);
        return tree is Branch { Only: { } only } ? only : tree;
    }

    /// <summary>The changed node, and its new right neighbour if it had to be split.</summary>
    protected abstract (KeyTree Left, KeyTree? Right, string? Separator) Put(string key, KeyState state, in KeyStep step, out bool isNew);

    protected abstract KeyTree Take(string key, in KeyStep step);

    /// <summary>One node with the content of both; <paramref name="right"/> follows this one.</summary>
    protected abstract KeyTree Append(KeyTree right, in KeyStep step);

    private bool IsOf(in KeyStep step) => ReferenceEquals(owner, step.Owner);

    private static T[] With<T>(T[] source, int index, T value)
    {
        var target = (T[])source.Clone();
        target[index] = value;
        return target;
    }

    /// <param name="owner">Of the step that made it: it alone may change it without a trace.</param>
    /// <param name="era">In which history it may be changed in place.</param>
    internal sealed class Leaf(SortedKeys keys, KeyState[] states, object? owner, object? era) : KeyTree(owner)
    {
        private static readonly KeyState Nothing = KeyState.Of([new KeyVersion(default, default, VersionKind.Void, default, null)]);

        // The last change of a place that the history keeps, and which places its step has changed: what they hold between two steps is all that is kept.
        private long _changed = -1;
        private uint _changedPlaces;

        protected override int Width => keys.Count;

        protected override string First => keys[0];

        public int IndexOf(string key) => keys.Find(key);

        /// <summary>Reads something of the memory that its keys and states are in.</summary>
        public long Read() => keys.Read() + states.Length;

        public KeyState At(int index, KeyMoment? moment)
        {
            var state = Volatile.Read(ref states[index]); // before the number, which is set before it
            return moment is not null && Volatile.Read(ref _changed) is var last && last >= moment.Count
                ? moment.History.Find(index, last, moment.Count) ?? state
                : state;
        }

        public override IEnumerable<KeyValuePair<string, KeyState>> From(string from, KeyMoment moment)
        {
            var index = keys.Search(from);
            var all = Volatile.Read(ref _changed) >= moment.Count ? StatesAt(moment) : null;
            for (var i = index < 0 ? ~index : index; i < keys.Count; i++)
            {
                yield return KeyValuePair.Create(keys[i], all?[i] ?? At(i, moment));
            }
        }

        public override KeyTree Copy(KeyMoment moment, KeyHistory history) => new Leaf(keys, StatesAt(moment), null, history.Era);

        /// <summary>Changes a place where nobody minds, or the history keeps what it held before.</summary>
        /// <returns>Whether that may be; otherwise the leaf has to be copied, and nothing was changed.</returns>
        public bool TryChange(int index, KeyState state, in KeyStep step)
        {
            if (ReferenceEquals(At(index, step.From), state))
            {
                return true;
            }

            if (IsOf(step))
            {
                if (step.History is { } running)
                {
                    CountChange(index, state, running); // the leaf that it was copied from has it too, and may be kept for another place
                }

                states[index] = state;
                return true;
            }

            if (step.History is { } history && ReferenceEquals(era, history.Era) && !history.IsFull && KeyHistory.Keeps(states[index], state))
            {
                Replace(index, state, history);
                return true;
            }

            return false;
        }

        /// <summary>Changes a place, keeping in the history what it held before the running step.</summary>
        public void Replace(int index, KeyState state, KeyHistory history)
        {
            _changedPlaces = history.IsOfStep(_changed) ? _changedPlaces : 0;
            if (CountChange(index, state, history))
            {
                // In this order: who reads the new state must find the number, and by it what is kept.
                Volatile.Write(ref _changed, history.Keep(this, index, states[index], _changed));
            }

            Volatile.Write(ref states[index], state);
        }

        protected override (KeyTree Left, KeyTree? Right, string? Separator) Put(string key, KeyState state, in KeyStep step, out bool isNew)
        {
            var index = keys.Find(key);
            isNew = index < 0;
            if (!isNew)
            {
                return (With(index, state, step), null, null);
            }

            LeftBy(step);
            index = keys.Search(key);
            var (wideKeys, wideStates) = (keys.Insert(~index, key), ArrayEdits.Insert(StatesAt(step.From), ~index, state));
            if (wideKeys.Count <= Max)
            {
                return (Of(wideKeys, wideStates, step), null, null);
            }

            // Keys often come in ascending order: then the left half stays nearly full.
            var middle = ~index == keys.Count ? Max : wideKeys.Count / 2;
            return (Of(wideKeys[..middle], wideStates[..middle], step), Of(wideKeys[middle..], wideStates[middle..], step), wideKeys[middle]);
        }

        protected override KeyTree Take(string key, in KeyStep step)
        {
            var index = keys.Find(key);
            if (LeftBy(step))
            {
                step.History!.Count(states[index], Nothing);
            }

            return Of(keys.Without(index), ArrayEdits.Without(StatesAt(step.From), index), step);
        }

        protected override KeyTree Append(KeyTree right, in KeyStep step)
        {
            var other = (Leaf)right;
            LeftBy(step);
            other.LeftBy(step);
            return Of(keys.Append(other.Keys), [.. StatesAt(step.From), .. other.StatesAt(step.From)], step);
        }

        private Leaf With(int index, KeyState state, in KeyStep step)
        {
            if (TryChange(index, state, step))
            {
                return this;
            }

            if (LeftBy(step))
            {
                step.History!.Count(states[index], state);
            }

            return Of(keys, With(StatesAt(step.From), index, state), step);
        }

        /// <summary>Takes note that the step's tree has another leaf in the place of this one.</summary>
        /// <returns>Whether this one is kept nevertheless, and all that it holds: a place of it is in the history.</returns>
        private bool LeftBy(in KeyStep step)
        {
            if (_changed < 0 || step.History is not { } history || !ReferenceEquals(era, history.Era))
            {
                return false;
            }

            history.CountLeaf();
            return true;
        }

        /// <returns>Whether it is the place's first in the running step.</returns>
        private bool CountChange(int index, KeyState state, KeyHistory history)
        {
            var place = 1u << index;
            if ((_changedPlaces & place) != 0)
            {
                history.CountAgain(states[index], state);
                return false;
            }

            history.Count(states[index], state);
            _changedPlaces |= place;
            return true;
        }

        private static Leaf Of(SortedKeys keys, KeyState[] states, in KeyStep step) => new(keys, states, step.Owner, step.History?.Era);

        private SortedKeys Keys => keys;

        // To be copied, not to be changed: they are the leaf's own where nobody else changes it.
        private KeyState[] StatesAt(KeyMoment? moment)
        {
            if (moment is null)
            {
                return states;
            }

            var all = new KeyState[states.Length];
            for (var i = 0; i < all.Length; i++)
            {
                all[i] = Volatile.Read(ref states[i]);
            }

            if (Volatile.Read(ref _changed) is var last && last >= moment.Count)
            {
                moment.History.PutBack(all, last, moment.Count);
            }

            return all;
        }
    }

    /// <param name="separators">What keys are before and from, between two children each. Nearly always the first key of the right one, unless that was removed.</param>
    private sealed class Branch(SortedKeys separators, KeyTree[] children, object? owner) : KeyTree(owner)
    {
        /// <summary>The only child, if there is but one.</summary>
        public KeyTree? Only => children.Length == 1 ? children[0] : null;

        protected override int Width => children.Length;

        protected override string First => children[0].First;

        public KeyTree ChildFor(string key) => children[ChildOf(key)];

        public override IEnumerable<KeyValuePair<string, KeyState>> From(string from, KeyMoment moment)
        {
            for (var i = ChildOf(from); i < children.Length; i++)
            {
                foreach (var entry in children[i].From(from, moment))
                {
                    yield return entry;
                }
            }
        }

        protected override (KeyTree Left, KeyTree? Right, string? Separator) Put(string key, KeyState state, in KeyStep step, out bool isNew)
        {
            var index = ChildOf(key);
            var (left, right, separator) = children[index].Put(key, state, step, out isNew);
            if (right is null && ReferenceEquals(left, children[index]))
            {
                return (this, null, null);
            }

            if (right is null && IsOf(step))
            {
                children[index] = left;
                return (this, null, null);
            }

            if (right is null)
            {
                return (new Branch(separators, With(children, index, left), step.Owner), null, null);
            }

            var (wideSeparators, wideChildren) = (separators.Insert(index, separator!), ArrayEdits.Insert(children, index + 1, right));
            wideChildren[index] = left;
            if (wideChildren.Length <= Max)
            {
                return (new Branch(wideSeparators, wideChildren, step.Owner), null, null);
            }

            // The separator that neither half needs goes up as it is: the first key of the right half may be greater, and then keys between the two would
            // belong to another leaf although nothing has changed there.
            var middle = index == children.Length - 1 ? Max : wideChildren.Length / 2;
            return (
                new Branch(wideSeparators[..(middle - 1)], wideChildren[..middle], step.Owner),
                new Branch(wideSeparators[middle..], wideChildren[middle..], step.Owner),
                wideSeparators[middle - 1]);
        }

        protected override KeyTree Take(string key, in KeyStep step)
        {
            var index = ChildOf(key);
            var child = children[index].Take(key, step);
            if (child.Width == 0)
            {
                return new Branch(separators.Count == 0 ? separators : separators.Without(Math.Max(0, index - 1)), ArrayEdits.Without(children, index), null);
            }

            // The smaller neighbours of a small node join it, so that what is deleted leaves no long row of nearly empty nodes.
            var left = index > 0 ? index - 1 : index;
            if (child.Width >= Min || children.Length == 1)
            {
                return new Branch(separators, With(children, index, child), null);
            }

            var (first, second) = left == index ? (child, children[index + 1]) : (children[left], child);
            return first.Width + second.Width > Max
                ? new Branch(separators, With(children, index, child), null)
                : new Branch(separators.Without(left), With(ArrayEdits.Without(children, left + 1), left, first.Append(second, step)), null);
        }

        protected override KeyTree Append(KeyTree right, in KeyStep step)
        {
            var other = (Branch)right;
            return new Branch(separators.Append(SortedKeys.Of([other.First])).Append(other.Separators), [.. children, .. other.Children], null);
        }

        public override KeyTree Copy(KeyMoment moment, KeyHistory history) =>
            new Branch(separators, Array.ConvertAll(children, child => child.Copy(moment, history)), null);

        private SortedKeys Separators => separators;

        private KeyTree[] Children => children;

        private int ChildOf(string key)
        {
            var index = separators.Search(key);
            return index < 0 ? ~index : index + 1;
        }
    }
}
