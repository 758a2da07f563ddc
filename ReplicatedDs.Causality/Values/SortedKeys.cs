using System.Numerics;
using System.Runtime.InteropServices;
using ReplicatedDs.Causality.Collections;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// A few keys in the order of their UTF-16 code units. Immutable. Beside them lie the four code units of each that follow what all have in common: they
/// nearly always decide, and lie together, while every key that is looked at is a place in memory of its own.
/// </summary>
internal readonly struct SortedKeys
{
    private const int HeadLength = 4;

    private readonly string[] _keys;
    private readonly ulong[] _heads;

    // With how many code units all of them begin alike.
    private readonly int _shared;

    private SortedKeys(string[] keys, ulong[] heads, int shared) => (_keys, _heads, _shared) = (keys, heads, shared);

    public int Count => _keys.Length;

    public string this[int index] => _keys[index];

    /// <param name="keys">In order, each once. Not changed any more.</param>
    public static SortedKeys Of(string[] keys)
    {
        if (keys.Length == 0)
        {
            return new SortedKeys(keys, [], 0);
        }

        var shared = keys[0].AsSpan().CommonPrefixLength(keys[^1]);
        return new SortedKeys(keys, Array.ConvertAll(keys, key => HeadOf(key, shared)), shared);
    }

    /// <summary>The place of the key; less than 0 if it is not there.</summary>
    public int Find(string key)
    {
        var head = HeadOf(key, _shared);
        var index = _heads.AsSpan().IndexOf(head);
        for (; (uint)index < (uint)_heads.Length && _heads[index] == head; index++)
        {
            if (_keys[index] == key)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>The place of the key, or the complement of the place where it would be.</summary>
    public int Search(string key)
    {
        if (_keys.Length == 0)
        {
            return ~0;
        }

        if (!BeginsLikeAll(key))
        {
            return string.CompareOrdinal(key, _keys[0]) < 0 ? ~0 : ~_keys.Length;
        }

        var head = HeadOf(key, _shared);
        var index = CountBelow(_heads, head);
        for (; index < _heads.Length && _heads[index] == head; index++)
        {
            var order = string.CompareOrdinal(_keys[index], key);
            if (order >= 0)
            {
                return order == 0 ? index : ~index;
            }
        }

        return ~index;
    }

    public SortedKeys Insert(int index, string key)
    {
        var keys = ArrayEdits.Insert(_keys, index, key);
        return _keys.Length > 0 && BeginsLikeAll(key) ? new SortedKeys(keys, ArrayEdits.Insert(_heads, index, HeadOf(key, _shared)), _shared) : Of(keys);
    }

    public SortedKeys Without(int index) => new(ArrayEdits.Without(_keys, index), ArrayEdits.Without(_heads, index), _shared);

    public SortedKeys Slice(int start, int length) => Of(_keys[start..(start + length)]);

    /// <summary>These, and behind them those of <paramref name="more"/>.</summary>
    public SortedKeys Append(SortedKeys more) => Of([.. _keys, .. more._keys]);

    private bool BeginsLikeAll(string key) => key.AsSpan().StartsWith(_keys[0].AsSpan(0, _shared));

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

    /// <summary>The four code units from <paramref name="start"/> on as one number, in whose order they are; 0 for what is behind the end.</summary>
    private static ulong HeadOf(string key, int start)
    {
        if (key.Length >= start + HeadLength)
        {
            var units = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(key.AsSpan(start, HeadLength)));
            return BitConverter.IsLittleEndian ? (units << 48) | ((units << 16) & 0xFFFF_0000_0000) | ((units >> 16) & 0xFFFF_0000) | (units >> 48) : units;
        }

        var head = 0UL;
        for (var i = start; i < start + HeadLength; i++)
        {
            head = (head << 16) | (i < key.Length ? key[i] : 0u);
        }

        return head;
    }
}
