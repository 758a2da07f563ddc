namespace ReplicatedDs.Causality.Core;

/// <summary>The state of fetching one origin's updates from others. Times are monotonic microseconds.</summary>
internal sealed class Repair
{
    /// <summary>Since when updates are known to exist that did not come, without any progress.</summary>
    public long? StalledSince { get; set; }

    /// <summary>How far the origin was delivered when <see cref="StalledSince"/> was set.</summary>
    public long StalledAt { get; set; }

    /// <summary>Patience has run out: ask without further waiting until caught up.</summary>
    public bool IsActive { get; set; }

    /// <summary>When to ask again, unless the answer is complete before; <c>null</c> if nothing was asked.</summary>
    public long? AskAgainAt { get; set; }

    /// <summary>The last update that the answer will bring.</summary>
    public long AskedLast { get; set; }

    /// <summary>For how many updates to ask at once: twice as many after every complete answer, so that a far holder is not asked in small steps.</summary>
    public int Count { get; set; }

    public int Attempts { get; set; }
}
