namespace ReplicatedDs.Replica.Gateways;

/// <summary>Where a lease on a key is.</summary>
internal enum LeaseState
{
    /// <summary>The clock runs.</summary>
    Held,

    /// <summary>The holder's write is under way: the clock has stopped.</summary>
    Writing,

    /// <summary>Given back or run out.</summary>
    Over,
}
