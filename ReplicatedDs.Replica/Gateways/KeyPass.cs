namespace ReplicatedDs.Replica.Gateways;

/// <summary>An ordinary writer's way past leases. Dispose it once the write is in the root or has failed.</summary>
public sealed class KeyPass : IDisposable
{
    private readonly string _key;
    private KeyLeases? _owner;

    internal KeyPass(KeyLeases owner, string key)
    {
        _owner = owner;
        _key = key;
    }

    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Leave(_key, isAtKey: true);
}
