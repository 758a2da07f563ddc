using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>What a <c>/kv</c> request names: its key, and the session that its causal token stands for.</summary>
internal sealed class KvRequest
{
    /// <summary>The key; <c>null</c> until it was read and found valid.</summary>
    public string? Key { get; set; }

    /// <summary>The member of a set that the target names, if it does.</summary>
    public string? Member { get; set; }

    /// <summary>The request's tokens merged; empty without one.</summary>
    public VectorClock Presented { get; set; } = VectorClock.Empty;

    /// <summary>The session after this request: what was presented, read and written.</summary>
    public VectorClock Session { get; private set; } = VectorClock.Empty;

    /// <summary>Adds to what is presented.</summary>
    public void Present(VectorClock clock)
    {
        Presented = Presented.Merge(clock);
        Saw(clock);
    }

    public void Saw(VectorClock clock) => Session = Session.Merge(clock);

    /// <summary>The session of a call that names its keys elsewhere.</summary>
    /// <exception cref="ProblemException">The request reached the route by another spelling of its path.</exception>
    public static KvRequest SessionOf(HttpContext context) => context.Features.Get<KvRequest>()
        ?? throw new ProblemException(ProblemKinds.NoSuchRoute, "This call's path is written literally.");

    /// <exception cref="ProblemException">The request reached a <c>/kv</c> route without naming a key in its raw target, say by <c>/x/../kv/y</c>.</exception>
    public static KvRequest Of(HttpContext context) => context.Features.Get<KvRequest>() is { Key: not null } request
        ? request
        : throw new ProblemException(ProblemKinds.NoSuchRoute, "A key is named as /kv/{key}, literally.");
}
