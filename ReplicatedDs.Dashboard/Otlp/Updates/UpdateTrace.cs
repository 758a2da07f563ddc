using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>
/// One update on its way across the replicas, as far as its spans were received. Times are nanoseconds since the Unix epoch; each is by
/// the clock of the replica that sent it, which on one machine is one clock.
/// </summary>
/// <param name="Start">When it was written.</param>
/// <param name="WriteEnd">When it was stored and visible at its origin; <c>null</c>: the write's span was not received.</param>
/// <param name="Keys">What it writes; a long list is cut.</param>
/// <param name="Members">Who has to show it: the members when it was written, and whoever else did; with the origin.</param>
/// <param name="Parts">What became of it at the others, by replica.</param>
/// <param name="Names">The names of the replicas that told of it.</param>
/// <param name="OneIn">At the time, one in so many updates was traced.</param>
internal sealed record UpdateTrace(
    string TraceId,
    Dot Dot,
    long Start,
    long? WriteEnd,
    ImmutableArray<string> Keys,
    ImmutableArray<int> Members,
    ImmutableArray<ReplicaPart> Parts,
    ImmutableDictionary<int, string> Names,
    int OneIn)
{
    private readonly ImmutableArray<long> _visible = [.. Parts.Select(part => part.Visible).OfType<long>().Append(WriteEnd ?? Start).Order()];

    public int Origin => Dot.Replica.Value;

    /// <summary>Where on a page of several updates it stands.</summary>
    public string Anchor => $"u-{Dot.Replica.Value}-{Dot.Counter}";

    /// <summary>Its page.</summary>
    public string Address => $"traces/{TraceId}#{Anchor}";

    public string Key => Keys.IsEmpty ? "" : Keys.Length == 1 ? Keys[0] : $"{Keys[0]} and {Keys.Length - 1} more";

    /// <summary>How many replicas show it, its origin included.</summary>
    public int VisibleCount => _visible.Length;

    public int HalfCount => (Members.Length + 1) / 2;

    /// <summary>How long after the write half of the members showed it; <c>null</c>: not yet.</summary>
    public long? AtHalf => After(HalfCount);

    /// <summary>The same for all members.</summary>
    public long? AtAll => After(Members.Length);

    /// <summary>Where it took or takes longest: a replica where it waits, else the last that showed it. <c>null</c>: nobody else has told of it.</summary>
    public ReplicaPart? Slowest => Parts.Where(part => part.IsWaiting).MinBy(part => part.Arrived) ?? Parts.MaxBy(part => part.Visible);

    /// <summary>Members that have not told of it at all.</summary>
    public IEnumerable<int> Unheard => Members.Where(member => member != Origin && Parts.All(part => part.Replica != member));

    /// <summary>From the write to the last thing known of it, which is <paramref name="now"/> where it waits.</summary>
    public long Took(long now) => Math.Max(0, (Parts.Any(part => part.IsWaiting) ? Math.Max(now, _visible[^1]) : _visible[^1]) - Start);

    /// <summary>The part of <see cref="Took"/> that the slowest replica spent waiting for missing dots, 0 to 1.</summary>
    public double WaitShare(long now) => Slowest is { HasWaited: true } slowest && Took(now) is > 0 and var took
        ? Math.Clamp((double)slowest.Waited(now) / took, 0, 1)
        : 0;

    public ReplicaPart? PartAt(int replica) => Parts.FirstOrDefault(part => part.Replica == replica);

    /// <summary>What was so at a moment: what came later had not happened yet.</summary>
    public UpdateTrace Until(long moment) => new(
        TraceId,
        Dot,
        Start,
        WriteEnd <= moment ? WriteEnd : null,
        Keys,
        Members,
        [.. Parts.Where(part => part.Arrived <= moment).Select(part => part with { Freed = part.Freed <= moment ? part.Freed : null, Visible = part.Visible <= moment ? part.Visible : null })],
        Names,
        OneIn);

    private long? After(int count) => count <= _visible.Length ? Math.Max(0, _visible[Math.Max(0, count - 1)] - Start) : null;
}
