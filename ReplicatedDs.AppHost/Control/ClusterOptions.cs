using ReplicatedDs.AppHost.Cluster;

namespace ReplicatedDs.AppHost.Control;

/// <summary>What the control side may see and touch.</summary>
internal sealed record ClusterOptions
{
    public required ClusterPlan Plan { get; init; }

    public required DataFolder Data { get; init; }

    /// <value>In the order of <see cref="ClusterPlan.Slots"/>.</value>
    public required IReadOnlyList<ProjectResource> Replicas { get; init; }

    public required ProjectResource? Dashboard { get; init; }

    public required ExecutableResource? RedisServer { get; init; }

    /// <value>host:port of the Redis that hands out ids; null: the file allocator does.</value>
    public required string? Redis { get; init; }

    public required ParameterResource ControlToken { get; init; }

    public required ParameterResource DashboardToken { get; init; }

    public IEnumerable<IResource> Resources => [.. Replicas, .. Dashboard is null ? [] : (IResource[])[Dashboard], .. RedisServer is null ? [] : (IResource[])[RedisServer]];

    public IResource? Find(string name) => Resources.FirstOrDefault(resource => resource.Name == name);

    public ReplicaSlot? SlotOf(IResource resource) => Plan.Slots.FirstOrDefault(slot => slot.Name == resource.Name);

    public ProjectResource ReplicaOf(int number) => Replicas[number - 1];
}
