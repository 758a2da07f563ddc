using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Lets a request wait until this replica covers the token that it presents.</summary>
internal static class CausalWait
{
    private const string TimeoutHeader = "Causal-Timeout";
    private const int TimeoutDefault = 5000;
    private const int TimeoutMax = 600_000;
    private const int MissingMax = 100;

    /// <summary>A root that covers the token. The session has seen that root's clock then.</summary>
    /// <exception cref="ProblemException">The replica is not there yet, or does not cover the token in time.</exception>
    public static async ValueTask<ReplicaState> CoverAsync(this IReplicaNode node, HttpContext context, KvRequest request)
    {
        var timeout = Timeout(context.Request);
        node.RequireServing();
        var state = node.State;
        if (!state.Delivered.Covers(request.Presented))
        {
            RefuseLostHistory(state, request.Presented);
            state = await node.WaitUntilCoveredAsync(request.Presented, timeout, context.RequestAborted).ConfigureAwait(false)
                ?? throw TimedOut(node.State.Delivered, request.Presented, timeout);
        }

        request.Saw(state.Delivered);
        return state;
    }

    /// <summary>A member that departed writes nothing more: what is above its last update will never come.</summary>
    private static void RefuseLostHistory(ReplicaState state, VectorClock presented)
    {
        foreach (var (replica, counter) in presented)
        {
            if (state.Members.Find(replica) is { Status: MemberStatus.Departed, Final: var final } && counter > final)
            {
                throw new ProblemException(new Problem(
                    ProblemKinds.HistoryLost,
                    $"This session has seen {replica}#{counter}, but replica {replica} was evicted and only its updates up to {final} were kept: begin a new session.")
                {
                    Extensions = [("lost", new Dot(replica, counter).ToString()), ("kept", final)],
                });
            }
        }
    }

    /// <summary>Who the replica is, if it has a state that it may show.</summary>
    /// <exception cref="ProblemException">It has none yet.</exception>
    public static ReplicaIdentity RequireServing(this IReplicaNode node)
    {
        var phase = node.Phase;
        return phase is not (NodePhase.Starting or NodePhase.Joining) && node.Identity is { } identity
            ? identity
            : throw new ProblemException(node.NotReady());
    }

    public static Problem NotReady(this IReplicaNode node) => NotReady(node.Phase, node.Refusal);

    private static Problem NotReady(NodePhase phase, string? reason) => new(
        ProblemKinds.NotReady,
        phase switch
        {
            NodePhase.Starting => "The replica is opening its data folder.",
            NodePhase.Joining => $"The replica is joining the cluster: {reason?.TrimEnd('.') ?? "it looks for a sponsor, an id and a snapshot"}.",
            NodePhase.CatchingUp => "The replica is catching up with the peers that it can reach.",
            NodePhase.Leaving => "The replica is leaving the cluster.",
            _ => "The replica is stopping.",
        })
    {
        Extensions = [("phase", Json.Views.ToKebab(phase))],
    };

    private static TimeSpan Timeout(HttpRequest request)
    {
        var header = request.Headers[TimeoutHeader];
        if (header.Count == 0)
        {
            return TimeSpan.FromMilliseconds(TimeoutDefault);
        }

        return int.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= TimeoutMax
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new ProblemException(
                ProblemKinds.BadTimeout, $"Causal-Timeout is '{header}'; it has to be a number of milliseconds from 0 to {TimeoutMax}.");
    }

    private static ProblemException TimedOut(VectorClock delivered, VectorClock wanted, TimeSpan timeout)
    {
        var missing = new List<string>();
        long count = 0;
        foreach (var (replica, counter) in wanted)
        {
            var first = delivered[replica] + 1;
            count += Math.Max(0, counter - first + 1);
            for (var n = first; n <= counter && missing.Count < MissingMax; n++)
            {
                missing.Add(new Dot(replica, n).ToString());
            }
        }

        return new ProblemException(new Problem(
            ProblemKinds.CausalTimeout,
            $"After {timeout.TotalMilliseconds} ms {count} update(s) that this session has seen are not applied here; try again, or another replica.")
        {
            Extensions = [("missing", missing), ("missingCount", count)],
        });
    }
}
