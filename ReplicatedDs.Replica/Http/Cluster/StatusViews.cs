using System.Diagnostics;
using System.Reflection;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>This process: who it is, how it does, what it counted.</summary>
internal sealed class StatusViews(IReplicaNode node, IReplicaFacts facts, ApiOptions options, TimeProvider time)
{
    private static readonly string Version =
        typeof(StatusViews).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static readonly DateTime StartedAt = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary><c>GET /status</c>; it answers in every phase.</summary>
    public async Task<StatusView> GetAsync(CancellationToken cancellationToken)
    {
        var identity = node.Identity;
        var (used, free, isWritable) = facts.Disk();
        return new StatusView(
            identity?.ClusterId ?? "",
            identity?.Id.Value ?? 0,
            options.Name,
            identity?.Incarnation.ToString() ?? "",
            Version,
            State(),
            node.Refusal,
            options.IsLab,
            (long)(time.GetUtcNow().UtcDateTime - StartedAt).TotalMilliseconds,
            facts.Boot,
            options.Durability,
            facts.Allocator,
            await CountersAsync(cancellationToken).ConfigureAwait(false),
            new DiskView(options.DataFolder, used, free, isWritable))
        {
            Now = time.GetUtcNow(),
            Values = node.Values?.Status is { } values
                ? new ValuesView(
                    "redis-cluster", values.UnconfirmedBytes, values.UnconfirmedBytesMax, values.Failovers, values.Rewritten, values.Missing, values.Problem)
                : null,
            Quarantined = await QuarantinedAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Everything that is counted; also the source of <c>/metrics</c>.</summary>
    public async Task<CountersView> CountersAsync(CancellationToken cancellationToken)
    {
        var events = node.Events;
        return new CountersView(
            Keys: node.State.Keys.Count,
            Writes: events.Count(ReplicaEventKind.Write),
            Applied: events.Count(ReplicaEventKind.Apply),
            Buffered: events.Count(ReplicaEventKind.Buffer),
            Prevented: events.Prevented,
            Duplicates: events.Count(ReplicaEventKind.Duplicate),
            Dropped: events.Count(ReplicaEventKind.Drop),
            Pending: await AskAsync(core => core.PendingCount, 0, cancellationToken).ConfigureAwait(false),
            Reads: events.Count(ReplicaEventKind.Read));
    }

    /// <summary>The origins in quarantine.</summary>
    public async Task<IReadOnlyList<QuarantineView>> QuarantinedAsync(CancellationToken cancellationToken) =>
    [
        .. (await AskAsync(core => core.Quarantined, [], cancellationToken).ConfigureAwait(false)).Select(one => new QuarantineView(
            one.Origin.Value, one.From.Value, one.Reason, ApiClock.FromUnixMicroseconds(one.Since.UnixMicroseconds), one.Times, one.IsFork)),
    ];

    private async Task<T> AskAsync<T>(Func<ReplicaCore, T> question, T before, CancellationToken cancellationToken)
    {
        try
        {
            return await node.InspectAsync(question, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeUnavailableException)
        {
            return before; // it has not joined yet
        }
    }

    private string State() => node.Phase switch
    {
        NodePhase.Starting or NodePhase.Joining => "joining",
        NodePhase.Leaving or NodePhase.Stopping => "leaving",
        _ => node.Refusal is null ? "active" : "refusing-writes",
    };
}
