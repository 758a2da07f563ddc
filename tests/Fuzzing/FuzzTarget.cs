namespace ReplicatedDs.Fuzzing;

/// <summary>A decoder and what is promised of it.</summary>
/// <param name="Sound">Valid encodings, from which inputs are made by damaging them.</param>
/// <param name="Decode">Answers whether it accepted the input, or throws what <see cref="IsRefusal"/> knows.</param>
internal sealed record FuzzTarget(IReadOnlyList<byte[]> Sound, Func<byte[], bool> Decode)
{
    /// <value>Whether an exception is the documented way to refuse. Default: none is.</value>
    public Func<Exception, bool> IsRefusal { get; init; } = static _ => false;

    /// <value>A first byte that nearly all inputs need to get any further, such as a version; <c>null</c>: none.</value>
    public byte? First { get; init; }
}
