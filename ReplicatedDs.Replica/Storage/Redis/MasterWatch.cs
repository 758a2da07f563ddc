namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>
/// Notices that a slot has another master, or that a master's process is another one: either may have lost what was acknowledged. One user at a time.
/// </summary>
internal sealed class MasterWatch(RedisCluster cluster)
{
    private readonly Dictionary<RedisEndpoint, string> _runs = [];
    private RedisSlots? _slots;
    private bool _isSuspect = true;
    private bool _hasChanged;

    /// <summary>Whether the next look should not wait.</summary>
    public bool IsDue => _isSuspect;

    /// <summary>Something failed: the next look is a close one.</summary>
    public void Suspect() => _isSuspect = true;

    /// <exception cref="RedisException">Nobody answers, or a server may throw values away.</exception>
    public async Task<bool> HaveChangedAsync(CancellationToken cancellationToken)
    {
        var now = await cluster.AskAsync(cancellationToken).ConfigureAwait(false);
        _hasChanged |= _slots is { } before && now.HasOtherMasters(before);
        if (_isSuspect || _hasChanged || now.All.Except(_slots!.All).Any())
        {
            if (await RedisClusterCheck.EvictionAsync(cluster, now, cancellationToken).ConfigureAwait(false) is { } objection)
            {
                throw new RedisException(objection);
            }
        }

        // Every time: one that was away for a moment only has the same slots, and perhaps less in them.
        foreach (var master in now.Masters)
        {
            var run = await RedisClusterCheck.InfoAsync(cluster, master, "server", "run_id", cancellationToken).ConfigureAwait(false) ?? "";
            _hasChanged |= _runs.TryGetValue(master, out var known) && known != run;
            _runs[master] = run;
        }

        var hasChanged = _hasChanged; // kept until it can be told
        (_slots, _isSuspect, _hasChanged) = (now, false, false);
        return hasChanged;
    }
}
