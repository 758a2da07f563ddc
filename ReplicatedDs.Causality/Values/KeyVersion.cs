using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>One write of a key that no later write supersedes.</summary>
/// <param name="Dot">The update that wrote it.</param>
/// <param name="Timestamp">That update's timestamp.</param>
/// <param name="Kind">What it wrote. Only a register has a value and a content type here.</param>
/// <remarks>A value: it lies within its key's state, which most readers want nothing else of.</remarks>
public readonly record struct KeyVersion(Dot Dot, HybridTimestamp Timestamp, VersionKind Kind, ReadOnlyMemory<byte> Value, string? ContentType)
    : IComparable<KeyVersion>
{
    // The dot's parts, since the kind fits between them: a store has a version for each of its keys.
    private readonly long _counter = Dot.Counter;
    private readonly int _replica = Dot.Replica.Value;

    public Dot Dot
    {
        get => new(_replica, _counter);
        init => (_replica, _counter) = (value.Replica.Value, value.Counter);
    }

    /// <summary>Bytes of the longest integer: values up to this size are always in the state.</summary>
    public const int IntegerBytesMax = 20;

    public bool IsTombstone => Kind == VersionKind.Tombstone;

    /// <summary>Whether it supersedes everything of the key in its causal past: a set or a delete.</summary>
    public bool IsReset => Kind is VersionKind.Register or VersionKind.Tombstone or VersionKind.Void;

    /// <summary>Whether it is only kept until it is stable: a delete, or a write that was taken back.</summary>
    public bool IsPassing => Kind is VersionKind.Tombstone or VersionKind.Void;

    /// <summary>Whether its value is kept outside the state: see <see cref="ValueReference"/>.</summary>
    public bool IsReference => Kind == VersionKind.Register && ValueReference.Is(Value);

    /// <summary>Whether it is a register that counts can go on from: its value is an integer. Integers are never kept outside the state.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        return Kind == VersionKind.Register && Value.Length <= IntegerBytesMax && KeyState.TryParseInteger(Value.Span, out value);
    }

    /// <summary>
    /// The greater version wins: by timestamp, then by replica id (two updates of one replica never tie). Of one update what counts or
    /// collects comes after the set or delete that it began with.
    /// </summary>
    public int CompareTo(KeyVersion other) => CompareTo(other.Timestamp, other.Dot, other.Kind);

    /// <summary>The same with a version that there need not be.</summary>
    internal int CompareTo(HybridTimestamp timestamp, Dot dot, VersionKind kind)
    {
        var byTime = Timestamp.CompareTo(timestamp);
        var byDot = byTime != 0 ? byTime : Dot.CompareTo(dot);
        return byDot != 0 ? byDot : Kind.CompareTo(kind);
    }

    internal bool IsSame(KeyVersion other) => Dot == other.Dot && Kind == other.Kind;
}
