namespace ReplicatedDs.Checker.Checks;

/// <summary>The chains that wrote one key, side by side: most reads are decided by a glance at each chain's last write.</summary>
internal sealed class KeyWriters
{
    private int[] _chains = new int[2];
    private int[] _groups = new int[2];
    private int[] _lasts = new int[2];
    private int _count;

    public ReadOnlySpan<int> Chains => _chains.AsSpan(0, _count);

    public ReadOnlySpan<int> Groups => _groups.AsSpan(0, _count);

    /// <summary>Of each chain: the ordinal of its last write of the key.</summary>
    public ReadOnlySpan<int> Lasts => _lasts.AsSpan(0, _count);

    /// <summary>Adds a chain; answers its slot.</summary>
    public int Add(int chain, int group)
    {
        if (_count == _chains.Length)
        {
            Array.Resize(ref _chains, _count * 2);
            Array.Resize(ref _groups, _count * 2);
            Array.Resize(ref _lasts, _count * 2);
        }

        (_chains[_count], _groups[_count]) = (chain, group);
        return _count++;
    }

    public void SetLast(int slot, int ordinal) => _lasts[slot] = ordinal;
}
