using System.Runtime.CompilerServices;

namespace ReplicatedDs.Checker.Checks;

/// <summary>A growing array of numbers whose storage can be read as a span.</summary>
internal sealed class IntColumn
{
    private int[] _items = new int[16];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Span => _items.AsSpan(0, Count);

    public int this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _items[index];
        set => _items[index] = value;
    }

    public void Add(int item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
    }
}
