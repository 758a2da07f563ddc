namespace ReplicatedDs.Client.Calls;

/// <summary>The replicas that a client knows, and which of them did not answer lately. Safe from any thread.</summary>
internal sealed class ReplicaPool(IReadOnlyList<Uri> addresses, TimeProvider time)
{
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(30);

    private readonly Replica[] _replicas = [.. addresses.Select(address => new Replica(address))];
    private readonly Lock _lock = new();

    public int Count => _replicas.Length;

    /// <summary>All of them in the order to ask: from <paramref name="start"/> on around, those that rest last.</summary>
    public Uri[] From(int start)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var around = Enumerable.Range(0, _replicas.Length).Select(i => _replicas[(int)(((uint)start + (uint)i) % (uint)_replicas.Length)]);
            return [.. around.OrderBy(replica => replica.RestsUntil > now).Select(replica => replica.Address)]; // a stable order
        }
    }

    /// <summary>It did not answer, or cannot serve: others are asked first for a while, longer each time. One that is not of the pool is nobody's concern.</summary>
    public void Failed(Uri address)
    {
        lock (_lock)
        {
            if (Find(address) is not { } replica)
            {
                return;
            }

            var rest = RestMin * Math.Pow(2, Math.Min(replica.Failures++, 5));
            replica.RestsUntil = time.GetTimestamp() + (long)((rest < RestMax ? rest : RestMax).TotalSeconds * time.TimestampFrequency);
        }
    }

    public void Answered(Uri address)
    {
        lock (_lock)
        {
            if (Find(address) is { } replica)
            {
                replica.Failures = 0;
                replica.RestsUntil = long.MinValue;
            }
        }
    }

    private Replica? Find(Uri address) => Array.Find(_replicas, replica => replica.Address == address);

    private sealed class Replica(Uri address)
    {
        public Uri Address { get; } = address;

        public int Failures { get; set; }

        public long RestsUntil { get; set; } = long.MinValue;
    }
}
