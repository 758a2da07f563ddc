namespace ReplicatedDs.Causality.Values;

/// <summary>
/// A stretch of key trees, each made from the one before it by one step, in which leaves are changed in place; and what their places held before. A step
/// changes a place only after it has put here what was there, and noted that in the leaf. So who reads an older tree finds by the leaf that the place may be
/// newer, and here what it was.
/// </summary>
/// <remarks>
/// It is kept by the trees of the stretch and by nothing else, and ends when it is full: the next stretch copies each leaf before it changes it. So what an
/// old tree keeps alive is bounded, also where it is an old generation's garbage. Steps are made by one thread after another; reading needs no lock.
/// </remarks>
internal sealed class KeyHistory
{
    /// <summary>Bytes that are kept, at most, about; of half a million small values and less it is their number that ends it.</summary>
    private const long BytesMax = 32 << 20;

    /// <summary>A state that takes more is not kept here: its leaf is copied.</summary>
    private const long StateBytesMax = BytesMax / 8;

    private const int LeafBytes = 1024;
    private const int EntriesMin = 4096;
    private const int EntriesMax = 1 << 18;
    private const int SegmentLength = 1024;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly Entry[]?[] _segments;

    // Changes are counted through all stretches, so that a leaf of an earlier one was changed before all of a later one.
    private readonly long _first;
    private long _count;
    private long _stepFrom;
    private long _bytes;
    private bool _isStepping;
    private bool _isEnded;

    private KeyHistory(int capacity, long first)
    {
        _capacity = capacity;
        _segments = new Entry[]?[((2 * capacity) + SegmentLength - 1) / SegmentLength]; // a step that ends when it is full can be taken back
        _first = _count = _stepFrom = first;
    }

    /// <param name="Before">What the place held.</param>
    /// <param name="Previous">The last change of the same leaf before this one; less than 0: there is none in this history.</param>
    private readonly record struct Entry(KeyTree.Leaf Leaf, KeyState Before, int Index, int Previous);

    /// <summary>Marks the leaves that may be changed in place. They do not know the history itself: newer trees have them too.</summary>
    public object Era { get; } = new();

    /// <summary>Whether no more may be kept: leaves must be copied instead.</summary>
    public bool IsFull => _count - _first >= _capacity || _bytes >= BytesMax;

    /// <summary>The moment of a tree without leaves.</summary>
    public static KeyMoment Start() => new(new KeyHistory(0, 0), 0);

    /// <summary>
    /// Begins a step from the tree of a moment. If that is not the last one of its history, what came after it is taken back there, or, where that cannot be,
    /// all of the tree is copied.
    /// </summary>
    /// <param name="keys">The number of keys in the tree.</param>
    /// <returns>The tree to change, and the history that its step belongs to. Nobody else begins a step there before <see cref="End"/>.</returns>
    public static (KeyTree Tree, KeyHistory History) Begin(KeyTree tree, KeyMoment moment, int keys)
    {
        var history = moment.History;
        lock (history._gate)
        {
            if (!history._isStepping)
            {
                var later = history._count - moment.Count;
                if (later == 0 && (history._isEnded || history.IsFull))
                {
                    history._isEnded = true;
                    return (tree, history.Next(keys)); // its leaves never change again
                }

                if (!history._isEnded && history._count + later <= history._first + (2 * history._capacity))
                {
                    (history._isStepping, history._stepFrom) = (true, history._count);
                    history.TakeBack(moment.Count);
                    return (tree, history);
                }
            }
        }

        var next = history.Next(keys);
        return (tree.Copy(moment, next), next);
    }

    /// <summary>Ends the step.</summary>
    /// <returns>The moment of the tree that it made.</returns>
    public KeyMoment End()
    {
        lock (_gate)
        {
            _isStepping = false;
            return new KeyMoment(this, _count);
        }
    }

    /// <summary>Whether it has what was changed last of a leaf in the running step.</summary>
    public bool IsOfStep(long change) => change >= _stepFrom;

    /// <summary>Keeps what a place of a leaf holds, before the running step changes it for the first time.</summary>
    /// <param name="last">The last change of the leaf.</param>
    /// <returns>The number of the change.</returns>
    public long Keep(KeyTree.Leaf leaf, int index, KeyState before, long last)
    {
        var number = _count;
        var place = (int)(number - _first);
        (_segments[place / SegmentLength] ??= new Entry[SegmentLength])[place % SegmentLength] = new Entry(leaf, before, index, (int)Math.Max(last - _first, -1));
        Volatile.Write(ref _count, number + 1);
        return number;
    }

    /// <summary>Whether a state of the size may be kept.</summary>
    public static bool Keeps(KeyState before, KeyState after) => before.BytesBeside(after) <= StateBytesMax;

    /// <summary>Counts a change of a place whose old state is kept, and whose new one is by older trees with the leaf.</summary>
    public void Count(KeyState before, KeyState after) => _bytes += Math.Max(before.BytesBeside(after), after.BytesBeside(before));

    /// <summary>Counts another change of a place in the same step: what was between is not kept.</summary>
    public void CountAgain(KeyState before, KeyState after) => _bytes += Math.Abs(after.BytesBeside(before) - before.BytesBeside(after));

    /// <summary>Counts a leaf that is kept although the step's tree has another in its place.</summary>
    public void CountLeaf() => _bytes += LeafBytes;

    /// <summary>Puts what the places of a leaf held when <paramref name="count"/> changes had been made in the place of what was read there since.</summary>
    /// <param name="last">The last change of the leaf.</param>
    public void PutBack(KeyState[] states, long last, long count)
    {
        for (var place = (int)(last - _first); place >= count - _first; place = At(place).Previous)
        {
            states[At(place).Index] = At(place).Before; // of several the earliest comes last
        }
    }

    /// <summary>What a place of a leaf held when <paramref name="count"/> changes had been made; <c>null</c> if it was not changed since.</summary>
    /// <param name="last">The last change of the leaf.</param>
    public KeyState? Find(int index, long last, long count)
    {
        KeyState? found = null;
        for (var place = (int)(last - _first); place >= count - _first;)
        {
            ref readonly var entry = ref At(place);
            found = entry.Index == index ? entry.Before : found;
            place = entry.Previous;
        }

        return found;
    }

    private KeyHistory Next(int keys) => new(Math.Clamp(keys / 4, EntriesMin, EntriesMax), _count) { _isStepping = true };

    private ref readonly Entry At(int place) => ref _segments[place / SegmentLength]![place % SegmentLength];

    private void TakeBack(long count)
    {
        for (var place = (int)(_count - _first) - 1; place >= count - _first; place--)
        {
            ref readonly var entry = ref At(place);
            entry.Leaf.Replace(entry.Index, entry.Before, this);
        }
    }
}
