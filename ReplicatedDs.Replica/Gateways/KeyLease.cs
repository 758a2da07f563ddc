namespace ReplicatedDs.Replica.Gateways;

/// <summary>A key held for one read-modify-write. It runs out by itself; dispose it to give the key back sooner.</summary>
public sealed class KeyLease : IDisposable
{
    private readonly KeyLeases _owner;
    private readonly ITimer _timer;

    internal KeyLease(KeyLeases owner, string key, TimeProvider time)
    {
        _owner = owner;
        Key = key;
        _timer = time.CreateTimer(
            static state => ((KeyLease)state!).RunOut(), this, KeyLeases.HoldMax, System.Threading.Timeout.InfiniteTimeSpan);
    }

    public string Key { get; }

    /// <summary>Guarded by the lock of the key's stripe.</summary>
    internal LeaseState State { get; set; }

    /// <summary>Whether it has not run out.</summary>
    public bool IsHeld => _owner.IsIn(this, LeaseState.Held);

    /// <summary>Stops the clock for the write; false if the lease has run out.</summary>
    public bool TryBeginWrite() => _owner.TryChange(this, LeaseState.Held, LeaseState.Writing);

    public void Dispose()
    {
        _timer.Dispose();
        if (!_owner.TryChange(this, LeaseState.Held, LeaseState.Over))
        {
            _owner.TryChange(this, LeaseState.Writing, LeaseState.Over);
        }
    }

    private void RunOut() => _owner.TryChange(this, LeaseState.Held, LeaseState.Over);
}
