using System.Numerics;
using System.Runtime.CompilerServices;

namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// Takes the nodes of a graph in causal order and keeps, per chain, a vector clock that counts the writes of every chain in its
/// causal past; with the clock of each write, "w1 is causally before w2" is one comparison. Each read is compared, per chain that
/// wrote its key, with the latest write of that chain in the read's past: earlier ones are before it and add nothing.
/// </summary>
/// <remarks>
/// O(chains that wrote the key) per read plus O(chains) when a read learns something new; memory O(writes · chains) at worst, less
/// because a clock is shared by all writes until the next read that learns something.
/// Used over whole histories and, node by node, by the monitor.
/// </remarks>
internal sealed class CausalCore(OperationGraph graph)
{
    // A group is the writes of one key by one chain.
    private readonly Dictionary<long, int> _groups = [];
    private readonly List<KeyWriters> _writersOfKey = [];
    private readonly IntColumn _groupSlot = new();
    private readonly IntColumn _groupChain = new();
    private readonly List<long[]> _groupWrites = [];
    private readonly IntColumn _groupCount = new();

    // Invariant: a clock that is marked as shared is never changed, as writes and open reads refer to it.
    // The entry of the chain itself is not kept in its clock but in _own.
    private int[][] _clocks = [];
    private bool[] _shared = [];
    private int[] _own = [];
    private int[]?[] _clockOfWrite = [];

    /// <summary>Bytes in clocks so far.</summary>
    public long ClockBytes { get; private set; }

    public List<StaleRead> StaleReads { get; } = [];

    public List<OpenRead> OpenReads { get; } = [];

    /// <summary>
    /// Conflicts: <c>From</c> must come before <c>To</c> in every order of the writes that explains the read, which returned
    /// <c>To</c> with <c>From</c>, concurrent to it, in its past.
    /// </summary>
    public Dictionary<(int From, int To), int> Conflicts { get; } = [];

    /// <summary>Is the write <paramref name="first"/> causally before the write <paramref name="second"/>? Both have been visited.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBefore(int first, int second)
    {
        var chain = graph.Chain(first);
        return chain == graph.Chain(second)
            ? graph.Ordinal(first) < graph.Ordinal(second)
            : Entry(_clockOfWrite[second]!, chain) >= graph.Ordinal(first);
    }

    /// <summary>The clock of a visited write, without the entry of its own chain.</summary>
    public int[] ClockOf(int write) => _clockOfWrite[write]!;

    /// <summary>Starts a chain with what is already known to be in its past.</summary>
    public void Begin(int chain, ReadOnlySpan<int> clock, int own)
    {
        EnsureChain(chain);
        _clocks[chain] = clock.ToArray();
        _shared[chain] = false;
        _own[chain] = own;
    }

    /// <summary>What is in the past of the chain's next node; the chain's own entry is in <paramref name="own"/>.</summary>
    public ReadOnlySpan<int> ClockOfChain(int chain, out int own)
    {
        EnsureChain(chain);
        own = _own[chain];
        return _clocks[chain];
    }

    /// <summary>Takes the next node. Everything causally before it has been visited.</summary>
    public void Visit(int node)
    {
        var chain = graph.Chain(node);
        EnsureChain(chain);
        if (graph.IsWrite(node))
        {
            Write(node, chain);
        }
        else
        {
            Read(node, chain);
        }

        foreach (var hanging in graph.Hanging(node))
        {
            var clock = new int[Math.Max(_clocks[chain].Length, chain + 1)];
            _clocks[chain].CopyTo(clock, 0);
            clock[chain] = _own[chain];
            Begin(graph.Chain(hanging), clock, 0);
        }
    }

    /// <summary>The latest write of the group whose ordinal is at most <paramref name="bound"/>; -1 if there is none.</summary>
    public int Latest(int group, int bound)
    {
        var count = _groupCount[group];
        if (count == 0)
        {
            return -1;
        }

        var writes = _groupWrites[group];
        if ((int)(writes[count - 1] >> 32) <= bound)
        {
            return (int)writes[count - 1];
        }

        int low = 0, high = count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if ((int)(writes[middle] >> 32) <= bound)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? -1 : (int)writes[low - 1];
    }

    /// <summary>The latest visited write of the group.</summary>
    public int LastOf(int group) => (int)_groupWrites[group][_groupCount[group] - 1];

    /// <summary>The writes of one key, one group per chain that wrote it.</summary>
    public ReadOnlySpan<int> GroupsOf(int key) => key < _writersOfKey.Count ? _writersOfKey[key].Groups : [];

    public int ChainOfGroup(int group) => _groupChain[group];

    /// <summary>The entry of a clock that may be shorter than the number of chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Entry(int[] clock, int chain) => (uint)chain < (uint)clock.Length ? clock[chain] : 0;

    private void Write(int node, int chain)
    {
        if (node >= _clockOfWrite.Length)
        {
            Array.Resize(ref _clockOfWrite, Math.Max(graph.Count, _clockOfWrite.Length * 2));
        }

        _clockOfWrite[node] = _clocks[chain];
        _shared[chain] = true;
        var ordinal = graph.Ordinal(node);
        _own[chain] = ordinal;
        foreach (var key in graph.Keys(node))
        {
            var group = GroupFor(key, chain);
            Append(group, ((long)ordinal << 32) | (uint)node);
            _writersOfKey[key].SetLast(_groupSlot[group], ordinal);
        }
    }

    private void Read(int node, int chain)
    {
        var first = graph.FirstAccess(node);
        var end = graph.EndAccess(node);
        for (var access = first; access < end; access++)
        {
            if (graph.Source(access) is var source and >= 0)
            {
                Join(chain, source);
            }
        }

        for (var access = first; access < end; access++)
        {
            if (graph.Key(access) != OperationGraph.NoKey)
            {
                Compare(node, access, chain);
            }
        }
    }

    private void Join(int chain, int write)
    {
        var origin = graph.Chain(write);
        var ordinal = graph.Ordinal(write);
        var clock = _clocks[chain];
        if (origin == chain || Entry(clock, origin) >= ordinal)
        {
            return;
        }

        var other = _clockOfWrite[write]!;
        var length = Math.Max(Math.Max(clock.Length, other.Length), origin + 1);
        if (_shared[chain] || clock.Length < length)
        {
            var copy = new int[length];
            clock.CopyTo(copy, 0);
            _clocks[chain] = clock = copy;
            _shared[chain] = false;
            ClockBytes += 24 + (4L * length);
        }

        var at = 0;
        for (; at <= other.Length - Vector<int>.Count; at += Vector<int>.Count)
        {
            Vector.Max(new Vector<int>(clock, at), new Vector<int>(other, at)).CopyTo(clock, at);
        }

        for (; at < other.Length; at++)
        {
            clock[at] = Math.Max(clock[at], other[at]);
        }

        clock[origin] = Math.Max(clock[origin], ordinal);
    }

    private void Compare(int node, int access, int chain)
    {
        var source = graph.Source(access);
        var clock = _clocks[chain];
        if (source < OperationGraph.Initial)
        {
            if (source == OperationGraph.Unattributed)
            {
                _shared[chain] = true;
                OpenReads.Add(new(node, access, clock));
            }

            return;
        }

        var sourceChain = source < 0 ? -1 : graph.Chain(source);
        var sourceClock = source < 0 ? null : _clockOfWrite[source];
        var stale = false;
        if (graph.Key(access) >= _writersOfKey.Count)
        {
            return;
        }

        var writers = _writersOfKey[graph.Key(access)];
        var chains = writers.Chains;
        var lasts = writers.Lasts;
        for (var slot = 0; slot < chains.Length; slot++)
        {
            var writer = chains[slot];
            // Whatever the writer did up to here is the source itself or before it.
            var covered = sourceClock is null ? 0 : writer == sourceChain ? graph.Ordinal(source) : Entry(sourceClock, writer);
            if (lasts[slot] <= covered)
            {
                continue;
            }

            var bound = writer == chain ? _own[chain] : Entry(clock, writer);
            var newer = bound <= covered ? -1 : Latest(writers.Groups[slot], bound);
            if (newer < 0 || graph.Ordinal(newer) <= covered)
            {
                continue;
            }

            if (source < 0 || IsBefore(source, newer))
            {
                if (!stale)
                {
                    StaleReads.Add(new(node, access, source, newer));
                }

                stale = true;
            }
            else
            {
                Conflicts.TryAdd((newer, source), node);
            }
        }
    }

    private int GroupFor(int key, int chain)
    {
        var name = ((long)key << 32) | (uint)chain;
        if (_groups.TryGetValue(name, out var group))
        {
            return group;
        }

        while (_writersOfKey.Count <= key)
        {
            _writersOfKey.Add(new());
        }

        group = _groupChain.Count;
        _groups.Add(name, group);
        _groupChain.Add(chain);
        _groupWrites.Add(new long[2]);
        _groupCount.Add(0);
        _groupSlot.Add(_writersOfKey[key].Add(chain, group));
        return group;
    }

    private void Append(int group, long write)
    {
        var writes = _groupWrites[group];
        var count = _groupCount[group];
        if (count == writes.Length)
        {
            Array.Resize(ref writes, count * 2);
            _groupWrites[group] = writes;
        }

        writes[count] = write;
        _groupCount[group] = count + 1;
    }

    private void EnsureChain(int chain)
    {
        if (chain < _clocks.Length)
        {
            return;
        }

        var old = _clocks.Length;
        var length = Math.Max(Math.Max(chain + 1, graph.ChainCount), old * 2);
        Array.Resize(ref _clocks, length);
        Array.Resize(ref _shared, length);
        Array.Resize(ref _own, length);
        // One empty clock serves all chains that have read nothing yet.
        Array.Fill(_clocks, [], old, length - old);
    }
}
