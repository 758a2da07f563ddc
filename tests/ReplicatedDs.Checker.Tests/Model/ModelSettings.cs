namespace ReplicatedDs.Checker.Tests.Model;

internal sealed record ModelSettings
{
    public int Replicas { get; init; } = 3;

    public int Sessions { get; init; } = 4;

    public int Keys { get; init; } = 4;

    public int Operations { get; init; } = 1_000;

    public int WritePercent { get; init; } = 40;

    public int DeletePercent { get; init; }

    public int DeliveriesPerOperation { get; init; } = 2;

    public bool HasTransactions { get; init; }

    public bool HasFinalReads { get; init; } = true;

    /// <summary>True: the latest timestamp wins (CCv). False: the latest delivery wins and sessions stay at one replica (CM).</summary>
    public bool HasWinner { get; init; } = true;
}
