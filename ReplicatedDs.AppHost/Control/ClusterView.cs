using System.Collections.Immutable;
using ReplicatedDs.AppHost.Cluster;

namespace ReplicatedDs.AppHost.Control;

/// <summary>What every process of the cluster is doing now: the orchestrator's states joined with the identities on disk.</summary>
internal sealed class ClusterView(ClusterOptions options, ResourceNotificationService notifications)
{
    private static readonly ImmutableArray<string> Busy =
    [
        KnownResourceStates.Starting, KnownResourceStates.Running, KnownResourceStates.RuntimeUnhealthy, KnownResourceStates.Waiting, KnownResourceStates.Stopping,
    ];

    public IReadOnlyList<ResourceEntry> All() => [.. options.Resources.Select(Describe)];

    public bool IsBusy(IResource resource) => Busy.Contains(Describe(resource).State);

    public ResourceEntry Describe(IResource resource)
    {
        var snapshot = notifications.TryGetCurrentState(resource.Name, out var current) ? current.Snapshot : null;
        var state = snapshot?.State?.Text ?? KnownResourceStates.NotStarted;
        var pid = Crash.ProcessId(snapshot);
        var health = snapshot?.HealthStatus?.ToString();
        if (options.SlotOf(resource) is not { } slot)
        {
            var dashboard = resource == options.Dashboard;
            return new ResourceEntry(
                resource.Name, dashboard ? "dashboard" : "redis", null, pid, state, health, snapshot?.ExitCode, false, dashboard ? options.Plan.DashboardUrl : null, null, null, null);
        }

        var identity = options.Data.IdentityOf(slot.Name);
        var spare = !options.Data.HasIdentity(slot.Name) && !Busy.Contains(state);
        if (spare && snapshot?.ExitCode == 0)
        {
            state = KnownResourceStates.NotStarted; // it left: the place is as good as new
        }

        return new ResourceEntry(
            slot.Name, "replica", identity?.Id, pid, state, health, spare ? null : snapshot?.ExitCode, spare, slot.Http, slot.Peer, Address(slot.RespPort), Address(slot.TextPort));
    }

    public ClusterDocument Document(string controlToken, string? dashboardToken) => new(
        options.Plan.Slots.Select(slot => options.Data.IdentityOf(slot.Name)?.ClusterId).FirstOrDefault(id => id is not null),
        options.Data.ClusterKey,
        options.Plan.DashboardUrl is { } url ? $"{url}/login?t={dashboardToken}" : null,
        new ControlEntry(options.Plan.ControlUrl, controlToken),
        options.Redis,
        [.. options.Replicas.Select(Describe).Select(r => new ReplicaEntry(r.Name, r.Id, r.Pid, r.State, r.Http!, r.Peer!, r.Resp, r.Text))]);

    private static string? Address(int? port) => port is null ? null : $"127.0.0.1:{port}";
}
