using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Clusters;

/// <summary>The cluster that a command works on.</summary>
/// <param name="id">Its id.</param>
/// <param name="description">What its cluster.json says; <c>null</c> if it was given by addresses.</param>
/// <param name="replicas">Its replicas and spares, by name.</param>
/// <param name="only">The one that the user named, else <c>null</c>.</param>
/// <param name="key">The cluster's key, if it is known.</param>
/// <param name="ownKey">The user's, for replicas that have keys.</param>
internal sealed class Cluster(string id, ClusterDescription? description, IReadOnlyList<ReplicaTarget> replicas, ReplicaTarget? only, string? key, string? ownKey)
{
    public string Id => id;

    public ClusterDescription? Description => description;

    /// <value>All of them, spares too.</value>
    public IReadOnlyList<ReplicaTarget> All => replicas;

    /// <value>The ones to ask: that which the user named, else all that run.</value>
    public IReadOnlyList<ReplicaTarget> Chosen => only is not null ? [only] : Running;

    public IReadOnlyList<ReplicaTarget> Running => [.. replicas.Where(replica => replica.Runs)];

    /// <value>The one to ask about itself.</value>
    public ReplicaTarget First => Chosen[0];

    /// <exception cref="RdsException">The AppHost is not known.</exception>
    public ControlApi Control => description?.Control is { } control
        ? new ControlApi(control)
        : throw new RdsException(ExitCodes.BadUsage, "This needs the AppHost that runs the cluster: name its cluster.json with --cluster.");

    public ReplicatedDsClient Connect(ReplicaOrder order = ReplicaOrder.Listed)
    {
        var options = new ReplicatedDsClientOptions { Key = ownKey, ClusterKey = key ?? ownKey, Order = order, AttemptTimeout = TimeSpan.FromSeconds(5), Deadline = TimeSpan.FromSeconds(20) };
        foreach (var replica in Chosen)
        {
            options.Replicas.Add(replica.Http);
        }

        options.AttemptsMax = Math.Max(3, 2 * options.Replicas.Count);
        return new ReplicatedDsClient(options);
    }

    /// <exception cref="RdsException">There is no such replica.</exception>
    public ReplicaTarget Find(string text) => replicas.FirstOrDefault(replica => replica.Matches(text)) ?? throw Unknown(text, replicas);

    public static RdsException Unknown(string text, IReadOnlyList<ReplicaTarget> replicas) => new(
        ExitCodes.BadUsage,
        replicas.FirstOrDefault(replica => replica.IsNumbered(text)) is { } meant
            ? $"There is no replica '{text}' here; did you mean {meant.Name}, {(meant.Id is { } other ? $"whose id is {other}" : "which has not joined")}?"
            : $"There is no replica '{text}' here; there are {string.Join(", ", replicas.Select(replica => replica.Id is { } id ? $"{replica.Name} ({id})" : replica.Name))}.");
}
