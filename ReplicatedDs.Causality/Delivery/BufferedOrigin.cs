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

    public BufferedUpdate? Find(long counter) => _pages.TryGetValue(counter >> PageBits, out var page) ? page.Entries[counter & (PageLength - 1)] : null;

    /// <summary>All entries, ascending.</summary>
    public IEnumerable<BufferedUpdate> All()
    {
        foreach (var number in _order)
        {
            foreach (var entry in _pages[number].Entries)
            {
                if (entry is not null)
                {
                    yield return entry;
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
            var slot = (int)(next & (PageLength - 1));
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
    public void Add(BufferedUpdate entry)
    {
        var counter = entry.Update.Dot.Counter;
        if (!_pages.TryGetValue(counter >> PageBits, out var page))
        {
            _pages.Add(counter >> PageBits, page = new Page());
            _order.Add(counter >> PageBits);
        }

        page.Entries[counter & (PageLength - 1)] = entry;
        page.Taken |= 1UL << (int)(counter & (PageLength - 1));
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(long counter)
    {
        if (!_pages.TryGetValue(counter >> PageBits, out var page) || page.Entries[counter & (PageLength - 1)] is null)
        {
            return false;
        }

        page.Entries[counter & (PageLength - 1)] = null;
        page.Taken &= ~(1UL << (int)(counter & (PageLength - 1)));
        if (page.Taken == 0)
        {
            _pages.Remove(counter >> PageBits);
            _order.Remove(counter >> PageBits);
        }

        return true;
    }

    private sealed class Page
    {
        public BufferedUpdate?[] Entries { get; } = new BufferedUpdate?[PageLength];

        /// <summary>A bit for each entry.</summary>
        public ulong Taken { get; set; }
    }
}
