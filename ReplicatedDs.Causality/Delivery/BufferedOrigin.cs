using System.Numerics;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>
/// What waits of one origin, by counter: in pages of 64, since what waits lies close together. An entry is found, added, removed, and the first gap
/// behind it found, in the same time whatever the number of entries.
/// </summary>
internal sealed class BufferedOrigin
{
    private const int PageBits = 6;
    private const int PageLength = 1 << PageBits;

    private readonly Dictionary<long, Page> _pages = [];
    private readonly SortedSet<long> _order = [];

    // The last one that became empty: where little waits, the next one is wanted soon.
    private Page? _spare;

    public bool IsEmpty => _pages.Count == 0;

    /// <summary>The greatest counter. Not to be asked of an empty one.</summary>
    public long Last
    {
        get
        {
            var page = _order.Max;
            return (page << PageBits) + PageLength - 1 - BitOperations.LeadingZeroCount(_pages[page].Taken);
        }
    }

    public bool Contains(long counter) => _pages.TryGetValue(counter >> PageBits, out var page) && page.Has(SlotOf(counter));

    public BufferedUpdate? Find(long counter) =>
        _pages.TryGetValue(counter >> PageBits, out var page) && page.Has(SlotOf(counter)) ? page.Entries[SlotOf(counter)] : null;

    /// <summary>All entries, ascending.</summary>
    public IEnumerable<BufferedUpdate> All()
    {
        foreach (var number in _order)
        {
            var page = _pages[number];
            for (var slot = 0; slot < PageLength; slot++)
            {
                if (page.Has(slot))
                {
                    yield return page.Entries[slot];
                }
            }
        }
    }

    /// <summary>The first counter above <paramref name="after"/> that is not here.</summary>
    public long FirstAbsent(long after)
    {
        var next = after + 1;
        while (_pages.TryGetValue(next >> PageBits, out var page))
        {
            var slot = SlotOf(next);
            var run = BitOperations.TrailingZeroCount(~(page.Taken >> slot));
            next += Math.Min(run, PageLength - slot);
            if (run < PageLength - slot)
            {
                break;
            }
        }

        return next;
    }

    /// <summary>Adds an entry whose counter is not here.</summary>
    public void Add(in BufferedUpdate entry)
    {
        var counter = entry.Update.Dot.Counter;
        if (!_pages.TryGetValue(counter >> PageBits, out var page))
        {
            (page, _spare) = (_spare ?? new Page(), null);
            _pages.Add(counter >> PageBits, page);
            _order.Add(counter >> PageBits);
        }

        page.Entries[SlotOf(counter)] = entry;
        page.Taken |= 1UL << SlotOf(counter);
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(long counter, out BufferedUpdate entry)
    {
        if (!_pages.TryGetValue(counter >> PageBits, out var page) || !page.Has(SlotOf(counter)))
        {
            entry = default;
            return false;
        }

        ref var place = ref page.Entries[SlotOf(counter)];
        (entry, place) = (place, default);
        page.Taken &= ~(1UL << SlotOf(counter));
        if (page.Taken == 0)
        {
            _pages.Remove(counter >> PageBits);
            _order.Remove(counter >> PageBits);
            _spare = page;
        }

        return true;
    }

    private static int SlotOf(long counter) => (int)(counter & (PageLength - 1));

    private sealed class Page
    {
        public BufferedUpdate[] Entries { get; } = new BufferedUpdate[PageLength];

        /// <summary>A bit for each entry.</summary>
        public ulong Taken { get; set; }

        public bool Has(int slot) => (Taken >> slot & 1) != 0;
    }
}
