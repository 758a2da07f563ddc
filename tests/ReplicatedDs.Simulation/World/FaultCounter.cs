namespace ReplicatedDs.Simulation.World;

/// <summary>How often each kind of fault was injected.</summary>
internal sealed class FaultCounter
{
    private readonly long[] _counts = new long[Enum.GetValues<FaultKind>().Length];

    public long this[FaultKind kind] => _counts[(int)kind];

    public void Add(FaultKind kind, long count = 1) => _counts[(int)kind] += count;

    public void Add(FaultCounter other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    public override string ToString() =>
        string.Join(", ", Enum.GetValues<FaultKind>().Where(kind => this[kind] > 0).Select(kind => $"{kind} {this[kind]}"));
}
