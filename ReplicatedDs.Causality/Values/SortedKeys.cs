using System.Numerics;
using System.Runtime.InteropServices;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// A few keys in the order of their UTF-16 code units. Immutable. They are not kept as strings but in one piece of memory, without what they have in common,
/// and before them the four code units of each that follow that: these nearly always decide. Every string would be a place in memory of its own,
/// for which a reader has to wait, and which the garbage collector has to visit.
/// </summary>
internal readonly struct SortedKeys
{
    private const int HeadLength = 4;

    // Behind one another: the heads; where what follows the common beginning ends, of each key, as a place in the text, two to a word; and the text:
    // the common beginning, and what follows it, of each key.
    private readonly ulong[] _words;

    // With how many code units all of them begin alike, at least.
    private readonly int _shared;

    private SortedKeys(ulong[] words, int count, int shared) => (_words, Count, _shared) = (words, count, shared);

    public int Count { get; }

    /// <summary>The key at a place, as a new string.</summary>
    public string this[int index] => string.Concat(Shared, Rest(index));

    /// <param name="keys">In order, each once.</param>
    public static SortedKeys Of(ReadOnlySpan<string> keys)
    {
        if (keys.IsEmpty)
        {
            return new SortedKeys([], 0, 0);
        }

        var shared = keys[0].AsSpan().CommonPrefixLength(keys[^1]);
        var length = 0;
        foreach (var key in keys)
        {
            length += key.Length - shared;
        }

        var writer = new Writer(keys.Length, keys[0].AsSpan(0, shared), length);
        foreach (var key in keys)
        {
            writer.Add(key.AsSpan(shared));
        }

        return writer.ToKeys();
    }

    /// <summary>The place of the key; less than 0 if it is not there.</summary>
    public int Find(string key)
    {
        if (key.Length < _shared)
        {
            return -1;
        }

        var rest = key.AsSpan(_shared);
        var heads = Heads;
        var head = HeadOf(rest);
        var index = heads.IndexOf(head);
        for (; (uint)index < (uint)heads.Length && heads[index] == head; index++)
        {
            if (rest.SequenceEqual(Rest(index)) && BeginsLikeAll(key))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>The place of the key, or the complement of the place where it would be.</summary>
    public int Search(string key)
    {
        if (!BeginsLikeAll(key))
        {
            return key.AsSpan().SequenceCompareTo(Shared) < 0 ? ~0 : ~Count;
        }

        var rest = key.AsSpan(_shared);
        var heads = Heads;
        var head = HeadOf(rest);
        var index = CountBelow(heads, head);
        for (; index < heads.Length && heads[index] == head; index++)
        {
            var order = Rest(index).SequenceCompareTo(rest);
            if (order >= 0)
            {
                return order == 0 ? index : ~index;
            }
        }

        return ~index;
    }

    public SortedKeys Insert(int index, string key)
    {
        if (Count == 0 || !BeginsLikeAll(key))
        {
            string[] all = [.. ToArray(0, index), key, .. ToArray(index, Count)];
            return Of(all);
        }

        var writer = new Writer(Count + 1, Shared, TextLength - _shared + key.Length - _shared);
        writer.Add(this, 0, index);
        writer.Add(key.AsSpan(_shared));
        writer.Add(this, index, Count);
        return writer.ToKeys();
    }

    public SortedKeys Without(int index)
    {
        var writer = new Writer(Count - 1, Shared, TextLength - _shared - Rest(index).Length);
        writer.Add(this, 0, index);
        writer.Add(this, index + 1, Count);
        return writer.ToKeys();
    }

    public SortedKeys Slice(int start, int length)
    {
        if (length == 0)
        {
            return Of([]);
        }

        var last = start + length - 1;
        var more = Rest(start).CommonPrefixLength(Rest(last));
        var restLength = Ends[last] - StartOf(start) - (length * more);
        var writer = new Writer(length, string.Concat(Shared, Rest(start)[..more]), restLength);
        for (var i = start; i <= last; i++)
        {
            writer.Add(Rest(i)[more..]);
        }

        return writer.ToKeys();
    }

    /// <summary>These, and behind them those of <paramref name="more"/>.</summary>
    public SortedKeys Append(SortedKeys more) => Of([.. ToArray(0, Count), .. more.ToArray(0, more.Count)]);

    /// <summary>Reads something of most of the cache lines that a find reads: all of the keys', unless these are long.</summary>
    public long Read()
    {
        const int Line = 64 / sizeof(ulong);
        const int Most = 16 * Line;
        var read = 0UL;
        for (var i = 0; i < _words.Length && i < Most; i += Line)
        {
            read += _words[i];
        }

        return (long)read;
    }

    private ReadOnlySpan<ulong> Heads => _words.AsSpan(0, Count);

    private ReadOnlySpan<int> Ends => MemoryMarshal.Cast<ulong, int>(_words.AsSpan(Count))[..Count];

    private ReadOnlySpan<char> Text => MemoryMarshal.Cast<ulong, char>(_words.AsSpan(TextStart(Count)));

    private ReadOnlySpan<char> Shared => Text[.._shared];

    private int TextLength => Count == 0 ? 0 : Ends[^1];

    private ReadOnlySpan<char> Rest(int index) => Text[StartOf(index)..Ends[index]];

    /// <summary>Where in the text begins what follows the common beginning.</summary>
    private int StartOf(int index) => index == 0 ? _shared : Ends[index - 1];

    private string[] ToArray(int start, int end)
    {
        var keys = new string[end - start];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = this[start + i];
        }

        return keys;
    }

    private bool BeginsLikeAll(string key) => key.AsSpan().StartsWith(Shared);

    private static int TextStart(int count) => count + ((count + 1) / 2);

    /// <summary>How many are less: without branches, which would be guessed wrong half of the time.</summary>
    private static int CountBelow(ReadOnlySpan<ulong> heads, ulong head)
    {
        var (count, wide, limit) = (0, Vector<ulong>.Zero, new Vector<ulong>(head));
        for (; heads.Length >= Vector<ulong>.Count; heads = heads[Vector<ulong>.Count..])
        {
            wide -= Vector.LessThan(new Vector<ulong>(heads), limit); // a place that is less has all bits set, which is -1
        }

        foreach (var other in heads)
        {
            count += other < head ? 1 : 0;
        }

        return count + (int)Vector.Sum(wide);
    }

    /// <summary>The first four code units as one number, in whose order they are; 0 for what is behind the end.</summary>
    private static ulong HeadOf(ReadOnlySpan<char> rest)
    {
        if (rest.Length >= HeadLength)
        {
            var units = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(rest));
            return BitConverter.IsLittleEndian ? (units << 48) | ((units << 16) & 0xFFFF_0000_0000) | ((units >> 16) & 0xFFFF_0000) | (units >> 48) : units;
        }

        var head = 0UL;
        for (var i = 0; i < HeadLength; i++)
        {
            head = (head << 16) | (i < rest.Length ? rest[i] : 0u);
        }

        return head;
    }

    /// <summary>Writes keys into new memory, in order.</summary>
    private ref struct Writer
    {
        private readonly ulong[] _words;
        private readonly Span<int> _ends;
        private readonly Span<char> _text;
        private readonly int _shared;
        private int _count;
        private int _end;

        public Writer(int count, ReadOnlySpan<char> shared, int restLength)
        {
            var textStart = TextStart(count);
            _words = new ulong[textStart + ((shared.Length + restLength + 3) / 4)];
            _ends = MemoryMarshal.Cast<ulong, int>(_words.AsSpan(count));
            _text = MemoryMarshal.Cast<ulong, char>(_words.AsSpan(textStart));
            _shared = _end = shared.Length;
            shared.CopyTo(_text);
        }

        /// <param name="rest">What follows the common beginning.</param>
        public void Add(ReadOnlySpan<char> rest)
        {
            _words[_count] = HeadOf(rest);
            rest.CopyTo(_text[_end..]);
            _end += rest.Length;
            _ends[_count++] = _end;
        }

        /// <summary>Adds some of those of another, which begin alike.</summary>
        public void Add(SortedKeys keys, int start, int end)
        {
            if (start >= end)
            {
                return;
            }

            var from = keys.StartOf(start);
            var text = keys.Text[from..keys.Ends[end - 1]];
            keys.Heads[start..end].CopyTo(_words.AsSpan(_count));
            text.CopyTo(_text[_end..]);
            for (var i = start; i < end; i++)
            {
                _ends[_count++] = _end + keys.Ends[i] - from;
            }

            _end += text.Length;
        }

        public readonly SortedKeys ToKeys() => new(_words, _count, _shared);
    }
}
