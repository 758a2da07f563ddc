using ReplicatedDs.AppHost.Settings;

namespace ReplicatedDs.AppHost.Cluster;

/// <summary>Which slots there are, with their ports, and which of them start.</summary>
internal sealed class ClusterPlan
{
    public required IReadOnlyList<ReplicaSlot> Slots { get; init; }

    /// <value>Slots that start at once: everybody with an identity, or the founder.</value>
    public required IReadOnlySet<int> AtOnce { get; init; }

    /// <value>Slots that start after those, one after another, so that ids come in the order of names.</value>
    public required IReadOnlyList<int> InOrder { get; init; }

    public required int ControlPort { get; init; }

    public required int? DashboardPort { get; init; }

    /// <value>Null unless a redis-server is started here.</value>
    public required int? RedisPort { get; init; }

    /// <value>Ports that are not the usual ones, each with the sentence why.</value>
    public required IReadOnlyDictionary<int, string> Moved { get; init; }

    public string ControlUrl => $"http://127.0.0.1:{ControlPort}";

    public string? DashboardUrl => DashboardPort is null ? null : $"http://127.0.0.1:{DashboardPort}";

    public static ClusterPlan Create(AppHostSettings settings, DataFolder data, bool startsRedis, PortBook ports)
    {
        var living = data.SlotsWithIdentity();
        var slots = Math.Max(settings.Count + settings.Spares, living.DefaultIfEmpty().Max());
        return new ClusterPlan
        {
            DashboardPort = settings.Dashboard ? ports.Take("dashboard", 7080) : null,
            ControlPort = ports.Take("control API", settings.ControlPort),
            RedisPort = startsRedis ? ports.Take("redis-server", 6390) : null,
            Slots =
            [
                .. Enumerable.Range(1, slots).Select(n => new ReplicaSlot(
                    n,
                    ports.Take($"replica-{n} http", 7100 + n),
                    ports.Take($"replica-{n} peer", 7400 + n),
                    settings.Resp ? ports.Take($"replica-{n} resp", 7200 + n) : null,
                    settings.Text ? ports.Take($"replica-{n} text", 7300 + n) : null)),
            ],
            Moved = ports.Moved,
            AtOnce = living.Count > 0 ? living.ToHashSet() : [1],

            // Also those that an interrupted first run, or a smaller Count, did not get to. Who left stays a spare.
            InOrder = [.. Enumerable.Range(1, settings.Count).Where(n => !living.Contains(n) && (n > 1 || living.Count > 0) && !data.WasLeft(ReplicaSlot.NameOf(n)))],
        };
    }
}
