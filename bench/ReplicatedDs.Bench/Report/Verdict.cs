namespace ReplicatedDs.Bench.Report;

/// <summary>What is held against floor and goal.</summary>
internal enum Verdict
{
    /// <summary>Ours divided by the other's, the more the better.</summary>
    RatioUp,

    /// <summary>Ours divided by the other's, the less the better.</summary>
    RatioDown,

    /// <summary>Our figure, the more the better.</summary>
    Up,

    /// <summary>Our figure, the less the better.</summary>
    Down,
}
