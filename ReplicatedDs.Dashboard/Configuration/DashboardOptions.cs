namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>What the dashboard is told by the AppHost (or an operator) when it starts.</summary>
/// <param name="Token">The secret of the login address; <c>null</c>: everybody on this machine is let in.</param>
/// <param name="Slots">Every replica and spare, by name.</param>
/// <param name="ClusterKey">For the operator calls of the replicas; <c>null</c>: links and leave are not offered.</param>
/// <param name="Control">The AppHost's control API; <c>null</c>: start, stop, kill and join are not offered.</param>
public sealed record DashboardOptions(string? Token, IReadOnlyList<ReplicaSlot> Slots, string? ClusterKey, Uri? Control, string? ControlToken)
{
    /// <summary>What senders of telemetry must show; <c>null</c>: none is taken, unless everybody is let in anyway.</summary>
    public string? OtlpKey { get; init; }

    /// <summary>What it presents to replicas that ask for access keys; <c>null</c>: the cluster's key.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The key with which it reads, writes and operates at replicas; <c>null</c>: none.</summary>
    public string? ReplicaKey => AccessKey ?? ClusterKey;

    /// <summary>Names other than this machine's own under which browsers may ask for it.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Why nothing may be changed from here, in a sentence; <c>null</c>: it may.</summary>
    public string? ActRefusal { get; init; }

    /// <summary>How many events the log keeps.</summary>
    public const int EventCapacity = 65_536;

    /// <summary>The most pending updates of one replica that are shown; the count is always exact.</summary>
    public const int PendingShown = 200;

    /// <summary>Where more wait in all, those that do share it: each replica shows its part, and at least <see cref="PendingShownLeast"/>.</summary>
    public const int PendingShownOfAll = 300;

    public const int PendingShownLeast = 25;

    /// <summary>There the most missing updates that are named of each; the count is always exact.</summary>
    public const int MissingShown = 10;

    /// <summary>The least time between two views sent to browsers.</summary>
    public static readonly TimeSpan ViewInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a replica may be silent before what is shown of it is marked stale.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(2);
}
