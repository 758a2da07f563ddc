namespace ReplicatedDs.Causality.Values;

/// <summary>
/// Finds the keys of the next few changes together, level by level of the tree: the processor then waits for many places in memory at once, where one
/// find after another waits for each. The changes take their places from here: quickest in the order in which their keys were added. For one thread.
/// </summary>
/// <remarks>Group prefetching: Chen, Ailamaki, Gibbons, Mowry, "Improving Hash Join Performance through Prefetching", ICDE 2004.</remarks>
internal sealed class KeyLookahead
{
    /// <summary>How many keys are found together: so many that no place is waited for alone, and so few that all of it stays in the nearest caches until it is used.</summary>
    public const int Max = 32;

    private readonly string[] _keys = new string[Max];
    private readonly KeyTree?[] _nodes = new KeyTree?[Max]; // null once a leaf is no longer part of the tree
    private readonly int[] _indexes = new int[Max];
    private int _count;
    private int _next;
    private long _read;

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count == Max;

    /// <summary>Adds a key; one that is more than <see cref="Max"/> is left out.</summary>
    public void Add(string key)
    {
        if (!IsFull)
        {
            _keys[_count++] = key;
        }
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        Array.Clear(_keys, 0, _count);
        Array.Clear(_nodes, 0, _count);
        (_count, _next) = (0, 0);
    }

    /// <summary>Finds the keys.</summary>
    public void Find(KeyTree tree)
    {
        if (_count > 0)
        {
            // The sum is of no use, but what it is made of has been read.
            _read += tree.Find(_keys.AsSpan(0, _count), _nodes.AsSpan(0, _count)!, _indexes.AsSpan(0, _count));
            for (var i = 0; i < _count; i++)
            {
                _read += _indexes[i] < 0 ? 0 : ((KeyTree.Leaf)_nodes[i]!).At(_indexes[i], null).Winner.Dot.Counter;
            }
        }
    }

    /// <summary>The leaf that a key belongs to, and its place there; less than 0 if it is not there.</summary>
    /// <param name="key">The same object that was added.</param>
    /// <returns><c>null</c> if it was not added, or if its leaf is no longer part of the tree; the index means nothing then.</returns>
    public KeyTree.Leaf? LeafOf(string key, out int index)
    {
        // Nearly always it is the one that was asked for last, or the one behind it.
        for (var i = 0; i < _count; i++)
        {
            var at = _next + i < _count ? _next + i : _next + i - _count;
            if (ReferenceEquals(_keys[at], key))
            {
                (_next, index) = (at, _indexes[at]);
                return (KeyTree.Leaf?)_nodes[at];
            }
        }

        index = -1;
        return null;
    }

    /// <summary>The tree has another leaf in the place of this one: what was found there is void.</summary>
    public void Replaced(KeyTree.Leaf leaf)
    {
        foreach (ref var node in _nodes.AsSpan(0, _count))
        {
            if (ReferenceEquals(node, leaf))
            {
                node = null;
            }
        }
    }
}
