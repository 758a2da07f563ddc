using System.Buffers;
using System.Runtime.InteropServices;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// Stands in the place of a value whose bytes are kept outside the state: it knows their number and nothing else. The version that holds it says which bytes they
/// are, by its key and dot: an update never changes, so neither do they. Whoever needs the bytes puts them back first (<see cref="KeyState.WithValues"/>).
/// </summary>
/// <remarks>One object for all of them: a reference takes no memory of its own.</remarks>
public sealed class ValueReference : MemoryManager<byte>
{
    private static readonly ValueReference Instance = new();

    private ValueReference()
    {
    }

    /// <summary>A reference to <paramref name="length"/> bytes.</summary>
    public static ReadOnlyMemory<byte> Of(int length) => Instance.CreateMemory(length);

    /// <summary>Whether the bytes are elsewhere.</summary>
    public static bool Is(ReadOnlyMemory<byte> value) => MemoryMarshal.TryGetMemoryManager<byte, ValueReference>(value, out _);

    /// <exception cref="InvalidOperationException">Always: the bytes are not here.</exception>
    public override Span<byte> GetSpan() => throw Elsewhere();

    /// <exception cref="InvalidOperationException">Always: the bytes are not here.</exception>
    public override MemoryHandle Pin(int elementIndex = 0) => throw Elsewhere();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    private static InvalidOperationException Elsewhere() => new("The bytes of this value are kept outside the state; they have to be put back before they are read.");
}
