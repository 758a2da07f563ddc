using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>The delivery buffer, and why its updates wait.</summary>
internal sealed class PendingViews(IReplicaNode node, TimeProvider time)
{
    /// <summary>After how long without a word a replica counts as silent here; the core's patience before it asks others.</summary>
    private const long SilentAfterMs = 1000;

    private const int LimitDefault = 1000;
    private const int LimitMax = 10_000;

    /// <summary><c>GET /pending</c>: how many wait, and the first of them. Describing all of a full buffer would hold up the replica.</summary>
    /// <param name="limit">As the query has it; empty: the default.</param>
    public async Task<PendingView> ListAsync(ReplicaId self, string limit, CancellationToken cancellationToken)
    {
        var most = LimitDefault;
        if (limit.Length > 0 && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most <= LimitMax))
        {
            throw new ProblemException(ProblemKinds.BadRequest, $"The limit is '{limit}'; it has to be a number from 0 to {LimitMax}.");
        }

        var (count, pending) = await node.InspectAsync(core => (core.PendingCount, core.Pending(most)), cancellationToken).ConfigureAwait(false);
        var now = time.Instant();
        return new PendingView(self.Value, count, [.. pending.Select(one => ToView(one, now))]);
    }

    /// <summary><c>GET /pending/{dot}/why</c>.</summary>
    public async Task<PendingWhyView> WhyAsync(string text, CancellationToken cancellationToken)
    {
        if (!Dot.TryParse(text, out var dot))
        {
            throw new ProblemException(ProblemKinds.BadRequest, $"'{text}' is no dot; a dot is written 2#17, in a path 2%2317.");
        }

        var now = time.Instant();
        var (found, buffered, links) = await node.InspectAsync(
            core => core.FindPending(dot) is { } one
                ? (one, one.Missing.Where(missing => core.FindPending(missing) is not null).ToHashSet(), core.Links(now))
                : (null, [], []),
            cancellationToken).ConfigureAwait(false);
        var waiting = found
            ?? throw new ProblemException(
                ProblemKinds.NotPending,
                node.State.Delivered.Covers(dot) ? $"{dot} is applied here." : $"{dot} has not arrived here, or was applied just now.");
        return new PendingWhyView(
            dot.ToString(), waiting.Reason.ToKebab(), [.. waiting.Missing.Select(missing => Explain(missing, buffered.Contains(missing), links))]);
    }

    private static PendingUpdateView ToView(PendingUpdate pending, Instant now) => new(
        pending.Update.Dot.ToString(),
        pending.Update.Origin.Value,
        [.. pending.Update.Keys],
        pending.Missing.ToView(),
        pending.MissingCount,
        ApiClock.FromUnixMicroseconds(pending.ArrivedAt.UnixMicroseconds),
        Math.Max(0, (now.MonotonicMicroseconds - pending.ArrivedAt.MonotonicMicroseconds) / 1000),
        pending.Reason.ToKebab());

    private static MissingDotView Explain(Dot missing, bool isBufferedHere, ImmutableArray<LinkStatus> links)
    {
        int[] holders = [.. links.Where(link => link.Delivered?.Covers(missing) == true).Select(link => link.Peer.Value)];
        return new MissingDotView(missing.ToString(), holders, isBufferedHere, Action(missing, isBufferedHere, holders, links));
    }

    private static string Action(Dot missing, bool isBufferedHere, int[] holders, ImmutableArray<LinkStatus> links)
    {
        if (isBufferedHere)
        {
            return "It has arrived here and waits itself.";
        }

        var origin = missing.Replica;
        var link = links.FirstOrDefault(one => one.Peer == origin);
        if (link is { IsPaused: true, LastHeardMs: < SilentAfterMs })
        {
            return $"Replica {origin} holds back its own updates for this replica (a lab fault); it is not fetched elsewhere until that ends.";
        }

        if (link is { LastHeardMs: < SilentAfterMs })
        {
            return $"Replica {origin} is expected to send it; if its updates stall for a second, a holder is asked.";
        }

        var others = holders.Where(holder => holder != origin.Value).ToArray();
        return others.Length > 0
            ? $"Replica {origin} is silent: it is fetched from {string.Join(" or ", others)}."
            : $"Replica {origin} is silent and no reachable replica has announced it: it is awaited.";
    }
}
