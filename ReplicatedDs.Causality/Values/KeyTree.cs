using ReplicatedDs.Causality.Collections;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// A B+ tree of keys that never changes: a change gives a new tree that shares all but one path with the old one. Ordered by UTF-16 code
/// units. Wide nodes keep it shallow and small, and a scan from any key costs what it returns.
/// </summary>
/// <remarks>
/// Of several changes in a row only the last tree is wanted: nodes that were made for the same <c>owner</c> are changed in place, so that a batch copies
/// each node once. Whoever shows a tree to others must not use its owner again.
/// </remarks>
internal abstract class KeyTree(object? owner)
{
    public static readonly KeyTree Empty = new Leaf(SortedKeys.Of([]), [], null);

    private const int Max = 32;
    private const int Min = 8;

    /// <summary>Keys of a leaf, or children of a branch.</summary>
    protected abstract int Width { get; }

    protected abstract string First { get; }

    public KeyState? Find(string key)
    {
        var node = this;
        while (node is Branch branch)
        {
            node = branch.ChildFor(key);
        }

        return ((Leaf)node).At(key);
    }

    /// <summary>The entries from <paramref name="from"/> on, in order.</summary>
    public abstract IEnumerable<KeyValuePair<string, KeyState>> From(string from);

    /// <param name="isNew">Whether the key was not there.</param>
    public KeyTree Set(string key, KeyState state, object owner, out bool isNew)
    {
        var (left, right) = Put(key, state, owner, out isNew);
        return right is null ? left : new Branch(SortedKeys.Of([right.First]), [left, right], owner);
    }

    /// <summary>Without the key, which must be there.</summary>
    public KeyTree Remove(string key)
    {
        var tree = Take(key);
        return tree is Branch { Only: { } only } ? only : tree;
    }

    /// <summary>The changed node, and its new right neighbour if it had to be split.</summary>
    protected abstract (KeyTree Left, KeyTree? Right) Put(string key, KeyState state, object owner, out bool isNew);

    protected abstract KeyTree Take(string key);

    /// <summary>One node with the content of both; <paramref name="right"/> follows this one.</summary>
    protected abstract KeyTree Append(KeyTree right);

    private bool IsOf(object other) => ReferenceEquals(owner, other);

    private static T[] With<T>(T[] source, int index, T value)
    {
        var target = (T[])source.Clone();
        target[index] = value;
        return target;
    }

    private sealed class Leaf(SortedKeys keys, KeyState[] states, object? owner) : KeyTree(owner)
    {
        protected override int Width => keys.Count;

        protected override string First => keys[0];

        public KeyState? At(string key)
        {
            var index = keys.Find(key);
            return index < 0 ? null : states[index];
        }

        public override IEnumerable<KeyValuePair<string, KeyState>> From(string from)
        {
            var index = keys.Search(from);
            for (var i = index < 0 ? ~index : index; i < keys.Count; i++)
            {
                yield return KeyValuePair.Create(keys[i], states[i]);
            }
        }

        protected override (KeyTree Left, KeyTree? Right) Put(string key, KeyState state, object owner, out bool isNew)
        {
            var index = keys.Search(key);
            isNew = index < 0;
            if (!isNew && IsOf(owner))
            {
                states[index] = state;
                return (this, null);
            }

            if (!isNew)
            {
                return (new Leaf(keys, With(states, index, state), owner), null);
            }

            var (wideKeys, wideStates) = (keys.Insert(~index, key), ArrayEdits.Insert(states, ~index, state));
            if (wideKeys.Count <= Max)
            {
                return (new Leaf(wideKeys, wideStates, owner), null);
            }

            // Keys often come in ascending order: then the left half stays nearly full.
            var middle = ~index == keys.Count ? Max : wideKeys.Count / 2;
            return (new Leaf(wideKeys[..middle], wideStates[..middle], owner), new Leaf(wideKeys[middle..], wideStates[middle..], owner));
        }

        protected override KeyTree Take(string key)
        {
            var index = keys.Search(key);
            return new Leaf(keys.Without(index), ArrayEdits.Without(states, index), null);
        }

        protected override KeyTree Append(KeyTree right)
        {
            var other = (Leaf)right;
            return new Leaf(keys.Append(other.Keys), [.. states, .. other.States], null);
        }

        private SortedKeys Keys => keys;

        private KeyState[] States => states;
    }

    /// <param name="separators">The first key of each child but the first.</param>
    private sealed class Branch(SortedKeys separators, KeyTree[] children, object? owner) : KeyTree(owner)
    {
        /// <summary>The only child, if there is but one.</summary>
        public KeyTree? Only => children.Length == 1 ? children[0] : null;

        protected override int Width => children.Length;

        protected override string First => children[0].First;

        public KeyTree ChildFor(string key) => children[ChildOf(key)];

        public override IEnumerable<KeyValuePair<string, KeyState>> From(string from)
        {
            for (var i = ChildOf(from); i < children.Length; i++)
            {
                foreach (var entry in children[i].From(from))
                {
                    yield return entry;
                }
            }
        }

        protected override (KeyTree Left, KeyTree? Right) Put(string key, KeyState state, object owner, out bool isNew)
        {
            var index = ChildOf(key);
            var (left, right) = children[index].Put(key, state, owner, out isNew);
            if (right is null && IsOf(owner))
            {
                children[index] = left;
                return (this, null);
            }

            if (right is null)
            {
                return (new Branch(separators, With(children, index, left), owner), null);
            }

            var (wideSeparators, wideChildren) = (separators.Insert(index, right.First), ArrayEdits.Insert(children, index + 1, right));
            wideChildren[index] = left;
            if (wideChildren.Length <= Max)
            {
                return (new Branch(wideSeparators, wideChildren, owner), null);
            }

            var middle = index == children.Length - 1 ? Max : wideChildren.Length / 2;
            return (
                new Branch(wideSeparators[..(middle - 1)], wideChildren[..middle], owner),
                new Branch(wideSeparators[middle..], wideChildren[middle..], owner));
        }

        protected override KeyTree Take(string key)
        {
            var index = ChildOf(key);
            var child = children[index].Take(key);
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
                : new Branch(separators.Without(left), With(ArrayEdits.Without(children, left + 1), left, first.Append(second)), null);
        }

        protected override KeyTree Append(KeyTree right)
        {
            var other = (Branch)right;
            return new Branch(separators.Append(SortedKeys.Of([other.First])).Append(other.Separators), [.. children, .. other.Children], null);
        }

        private SortedKeys Separators => separators;

        private KeyTree[] Children => children;

        private int ChildOf(string key)
        {
            var index = separators.Search(key);
            return index < 0 ? ~index : index + 1;
        }
    }
}
