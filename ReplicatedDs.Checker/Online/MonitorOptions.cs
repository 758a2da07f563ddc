namespace ReplicatedDs.Checker.Online;

public sealed record MonitorOptions
{
    /// <summary>Events that are looked at together. Whatever spans at most half of it is found.</summary>
    /// <value>The default is 50,000.</value>
    public int Window { get; init; } = 50_000;

    /// <summary>Events that may wait for the write they name to be observed; beyond, the oldest goes on unchecked.</summary>
    /// <value>The default is 10,000.</value>
    public int WaitingMax { get; init; } = 10_000;

    /// <summary>Findings that are kept; older ones are dropped, and only counted.</summary>
    /// <value>The default is 100.</value>
    public int FindingsMax { get; init; } = 100;

    /// <summary>Sites that are told apart; events of more are not checked.</summary>
    /// <value>The default is 256.</value>
    public int SitesMax { get; init; } = 256;
}
