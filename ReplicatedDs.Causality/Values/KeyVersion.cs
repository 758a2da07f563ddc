using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>One written value of a key that no later write supersedes, or the tombstone of a delete.</summary>
/// <param name="Dot">The update that wrote it.</param>
/// <param name="Timestamp">That update's timestamp.</param>
/// <param name="IsTombstone">Whether it is a delete; then there is no value.</param>
public sealed record KeyVersion(Dot Dot, HybridTimestamp Timestamp, bool IsTombstone, ReadOnlyMemory<byte> Value, string? ContentType)
    : IComparable<KeyVersion>
{
    /// <summary>The greater version wins: by timestamp, then by replica id (two writes of one replica never tie).</summary>
    public int CompareTo(KeyVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byTime = Timestamp.CompareTo(other.Timestamp);
        return byTime != 0 ? byTime : Dot.CompareTo(other.Dot);
    }
}
