using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>The core's refusals as error answers.</summary>
internal static class Refusals
{
    public static Problem ToProblem(this Refused refused) => new(KindOf(refused.Reason), refused.Detail);

    private static ProblemKind KindOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NotActive => ProblemKinds.NotActive,
        RefusalReason.Leaving => ProblemKinds.Leaving,
        RefusalReason.OlderCopy => ProblemKinds.OlderCopy,
        RefusalReason.Forked => ProblemKinds.Forked,
        RefusalReason.IdInUse => ProblemKinds.IdInUse,
        RefusalReason.IdTaken => ProblemKinds.IdTaken,
        RefusalReason.UnknownPeer => ProblemKinds.UnknownPeer,
        RefusalReason.Conflict => ProblemKinds.Conflict,
        RefusalReason.LastMember => ProblemKinds.LastMember,
        RefusalReason.Verifying => ProblemKinds.Verifying,
        RefusalReason.NeedsForce => ProblemKinds.NeedsForce,
        RefusalReason.Evicted => ProblemKinds.Evicted,
        RefusalReason.ClockAhead => ProblemKinds.ClockAhead,
        RefusalReason.OperationIdReused => ProblemKinds.IdempotencyKeyReused,
        _ => ProblemKinds.Refused,
    };
}
