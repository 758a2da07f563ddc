namespace ReplicatedDs.Dashboard.Past;

/// <summary>What happened in a stretch of time that has events.</summary>
/// <param name="from">The number of its first quarter of a second.</param>
internal sealed class StripBin(long from)
{
    public long From { get; } = from;

    /// <summary>The number of its last quarter of a second.</summary>
    public long To { get; set; } = from;

    /// <summary>The number of its last event.</summary>
    public long Last { get; set; }

    public long Writes { get; set; }

    /// <summary>The most that waited.</summary>
    public long Depth { get; set; }

    /// <summary>What waited at its end.</summary>
    public long LastDepth { get; set; }

    /// <summary>Events of this time that are not in the log.</summary>
    public long Lost { get; set; }

    /// <summary>Takes in the bin that follows.</summary>
    public void Add(StripBin later)
    {
        (To, Last) = (later.To, later.Last);
        Writes += later.Writes;
        (Depth, LastDepth) = (Math.Max(Depth, later.Depth), later.LastDepth);
        Lost += later.Lost;
    }
}
