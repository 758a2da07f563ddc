using System.Text;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// One instance of each text that was met lately: a dot, a key and a trace id come with every event of an update. Bounded: a text takes
/// the place of another. Safe from any thread.
/// </summary>
internal sealed class RecentTexts
{
    private const int Slots = 1 << 14;
    private const int LengthMax = 128;

    private readonly string?[] _slots = new string?[Slots];

    public string Share(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LengthMax)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = default(HashCode);
        hash.AddBytes(utf8);
        ref var slot = ref _slots[hash.ToHashCode() & (Slots - 1)];
        return slot is { } known && Ascii.Equals(utf8, known) ? known : slot = Encoding.UTF8.GetString(utf8);
    }
}
