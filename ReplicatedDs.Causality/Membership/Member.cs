using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Membership;

/// <summary>One entry of the member table.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Incarnation">Which process holds the id.</param>
/// <param name="Name">Its slot, such as <c>replica-2</c>.</param>
/// <param name="HttpAddress">Where clients reach it.</param>
/// <param name="PeerAddress">Where replicas reach it.</param>
/// <param name="Status">What it may do.</param>
/// <param name="Admitted">The update that admitted it.</param>
/// <param name="Floor">
/// The dependencies of that update and its dot: what the member certainly holds, so the row in the stable vector that it starts with (R4).
/// </param>
/// <param name="Activated">The update that activated it; <c>default</c> before.</param>
/// <param name="Final">The counter of its last update once it departed, else 0.</param>
/// <param name="Eviction">Set once an operator declared it dead (R7); it stays when the member has departed.</param>
/// <param name="Retirement">Set once its id has left the clocks (R8).</param>
public sealed record Member(
    ReplicaId Id,
    Incarnation Incarnation,
    string Name,
    string HttpAddress,
    string PeerAddress,
    MemberStatus Status,
    Dot Admitted,
    VectorClock Floor,
    Dot Activated = default,
    long Final = 0,
    Eviction? Eviction = null,
    Retirement? Retirement = null)
{
    /// <summary>The member whose update admitted it; itself for the founder.</summary>
    public ReplicaId Sponsor => Admitted.Replica;

    /// <summary>Joining or active: it counts for the stable vector, reachable or not, declared dead or not.</summary>
    public bool IsPresent => Status is MemberStatus.Joining or MemberStatus.Active;

    /// <summary>Declared dead: nothing is taken from it or sent to it, now and for ever.</summary>
    public bool IsFenced => Eviction is not null;

    /// <summary>Departed, and its id is left out of clocks: it counts as <see cref="Final"/> there.</summary>
    public bool IsRetired => Retirement is not null;

    /// <summary>Active and not declared dead.</summary>
    public bool IsServing => Status == MemberStatus.Active && !IsFenced;

    /// <summary>
    /// What is known of it where everything is delivered that was delivered for either. A member goes forward only: joining, active, departed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The two bind the id to different processes.</exception>
    internal Member Join(Member other)
    {
        if (other.Id != Id || other.Incarnation != Incarnation)
        {
            throw new InvalidOperationException($"Replica {Id} is known as incarnation {Incarnation} here and {other.Incarnation} there.");
        }

        return this with
        {
            Status = (MemberStatus)Math.Max((int)Status, (int)other.Status), // a guest is one on both sides
            Activated = Activated == default ? other.Activated : Activated,
            Final = Math.Max(Final, other.Final),
            Eviction = Eviction is null || other.Eviction is null
                ? Eviction ?? other.Eviction
                : new Eviction(Eviction.IsForced || other.Eviction.IsForced, Eviction.PromisedBy.Merge(other.Eviction.PromisedBy)),
            Retirement = Retirement.Join(Retirement, other.Retirement),
        };
    }
}
