using System.Globalization;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// A hybrid logical timestamp: milliseconds since the Unix epoch in the upper 48 bits, a logical counter in the lower 16.
/// It is close to real time and always later than every timestamp that its writer had seen, so it agrees with causality.
/// </summary>
/// <remarks>Kulkarni, Demirbas et al., "Logical Physical Clocks" (OPODIS 2014), in the compact form of their section 6.</remarks>
public readonly record struct HybridTimestamp(long Packed) : IComparable<HybridTimestamp>
{
    private const int LogicalBits = 16;

    /// <summary>Milliseconds since the Unix epoch.</summary>
    public long Milliseconds => Packed >> LogicalBits;

    public int Logical => (int)(Packed & ((1 << LogicalBits) - 1));

    /// <summary>The first timestamp of a millisecond.</summary>
    public static HybridTimestamp FromMilliseconds(long milliseconds) => new(milliseconds << LogicalBits);

    /// <summary>A timestamp later than this one and not before <paramref name="unixMicroseconds"/> (cut to milliseconds).</summary>
    public HybridTimestamp Next(long unixMicroseconds) =>
        new(Math.Max(Packed + 1, FromMilliseconds(unixMicroseconds / 1000).Packed));

    public static HybridTimestamp Max(HybridTimestamp left, HybridTimestamp right) => left >= right ? left : right;

    public int CompareTo(HybridTimestamp other) => Packed.CompareTo(other.Packed);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}.{Logical}");

    public static bool operator <(HybridTimestamp left, HybridTimestamp right) => left.Packed < right.Packed;

    public static bool operator >(HybridTimestamp left, HybridTimestamp right) => left.Packed > right.Packed;

    public static bool operator <=(HybridTimestamp left, HybridTimestamp right) => left.Packed <= right.Packed;

    public static bool operator >=(HybridTimestamp left, HybridTimestamp right) => left.Packed >= right.Packed;
}
