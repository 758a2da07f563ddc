using System.Globalization;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// The number of one replica. It is at least 1, larger than every id used before it, and never used again.
/// </summary>
/// <remarks><c>default</c> (0) names no replica.</remarks>
public readonly record struct ReplicaId(int Value) : IComparable<ReplicaId>
{
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(ReplicaId left, ReplicaId right) => left.Value < right.Value;

    public static bool operator >(ReplicaId left, ReplicaId right) => left.Value > right.Value;

    public static bool operator <=(ReplicaId left, ReplicaId right) => left.Value <= right.Value;

    public static bool operator >=(ReplicaId left, ReplicaId right) => left.Value >= right.Value;
}
