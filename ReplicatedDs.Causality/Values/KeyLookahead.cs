namespace ReplicatedDs.Causality.Values;

/// <summary>
/// Finds the keys of the next few changes together, level by level of the tree: the processor then waits for many places in memory at once, where one
/// find after another waits for each. The changes take their places from here, in the order in which their keys were added. For one thread.
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
        }
    }

    /// <summary>Where a key is that was found.</summary>
    /// <param name="key">The same object that was added.</param>
    /// <returns><c>null</c> if it was not added or was not there, or if its leaf is no longer part of the tree.</returns>
    public KeyTree.Leaf? LeafOf(string key, out int index)
    {
        var at = PlaceOf(key);
        index = at < 0 ? -1 : _indexes[at];
        return index < 0 ? null : (KeyTree.Leaf?)_nodes[at];
    }

    /// <summary>The tree has another leaf for the key: what was found in the one before is void.</summary>
    public void Replaced(string key)
    {
        var at = PlaceOf(key);
        if (at < 0)
        {
            Clear(); // it may be any
        }
        else if (_nodes[at] is { } leaf)
        {
            for (var i = at; i < _count; i++)
            {
                _nodes[i] = ReferenceEquals(_nodes[i], leaf) ? null : _nodes[i];
            }
        }
    }

    private int PlaceOf(string key)
    {
        for (var i = _next; i < _count; i++)
        {
            if (ReferenceEquals(_keys[i], key))
            {
                return _next = i; // those before it have had their turn
            }
        }

        return -1;
    }
}
