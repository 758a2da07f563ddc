namespace ReplicatedDs.Client;

/// <summary>How a <see cref="ReplicatedDsClient"/> works. Read once, when the client is made.</summary>
public sealed class ReplicatedDsClientOptions
{
    /// <summary>The replicas' HTTP addresses, such as <c>http://127.0.0.1:7101</c>. At least one; more make failover possible.</summary>
    public IList<Uri> Replicas { get; } = [];

    /// <value>The default is <see cref="ReplicaOrder.Listed"/>.</value>
    public ReplicaOrder Order { get; set; } = ReplicaOrder.Listed;

    /// <summary>The longest that one operation takes, with all its retries.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a replica may wait until it has applied everything that the session has seen. The others are then asked without waiting.</summary>
    /// <value>The default is 5 seconds; at most 10 minutes.</value>
    public TimeSpan CausalTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one replica has for its answer, on top of <see cref="CausalTimeout"/>, before the next one is asked.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an operation is tried in all.</summary>
    /// <value>The default is 10.</value>
    public int AttemptsMax { get; set; } = 10;

    /// <summary>The pause after every replica was asked in vain; it doubles each time, with a random part, up to <see cref="RetryDelayMax"/>.</summary>
    /// <value>The default is 50 milliseconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <value>The default is 2 seconds.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A key of the replicas, presented with every call; for replicas that have keys (<c>Security:KeysFile</c>).</summary>
    public string? Key { get; set; }

    /// <summary>The cluster's key, or another that may operate: presented with operator calls in the place of <see cref="Key"/>.</summary>
    public string? ClusterKey { get; set; }

    /// <summary>What is wrong, one sentence each; empty if nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Replicas.Count == 0)
        {
            problems.Add("ReplicatedDs: Replicas is empty; name at least one, such as http://127.0.0.1:7101.");
        }

        problems.AddRange(Replicas
            .Where(replica => replica is null || !replica.IsAbsoluteUri || replica.Scheme is not ("http" or "https") || replica.AbsolutePath != "/" || replica.Query.Length > 0)
            .Select(replica => $"ReplicatedDs: '{replica}' is not a replica's address; it has to be like http://127.0.0.1:7101, without a path."));
        RequirePositive(Deadline, nameof(Deadline));
        RequirePositive(AttemptTimeout, nameof(AttemptTimeout));
        if (CausalTimeout < TimeSpan.Zero || CausalTimeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"ReplicatedDs: CausalTimeout is {CausalTimeout}; it has to be 0 to 10 minutes.");
        }

        if (AttemptsMax < 1)
        {
            problems.Add($"ReplicatedDs: AttemptsMax is {AttemptsMax}; it has to be at least 1.");
        }

        if (RetryDelay < TimeSpan.Zero || RetryDelayMax < RetryDelay)
        {
            problems.Add($"ReplicatedDs: RetryDelay is {RetryDelay} and RetryDelayMax {RetryDelayMax}; neither may be negative, nor the most less than the first.");
        }

        if (!Enum.IsDefined(Order))
        {
            problems.Add($"ReplicatedDs: Order is {Order}; it can be {string.Join(", ", Enum.GetNames<ReplicaOrder>())}.");
        }

        return problems;

        void RequirePositive(TimeSpan value, string name)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                problems.Add($"ReplicatedDs: {name} is {value}; it has to be more than 0, and at most a day.");
            }
        }
    }
}
