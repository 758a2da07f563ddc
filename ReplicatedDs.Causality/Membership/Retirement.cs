using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Membership;

/// <summary>
/// How the id of a departed member leaves the clocks (R8). It is an update: whoever depends on one of <paramref name="By"/> leaves the id out, and
/// means the member's last counter by that.
/// </summary>
/// <param name="By">The updates that retired it. Empty: settled, every update still to come depends on one of them.</param>
public sealed record Retirement(ImmutableSortedSet<Dot> By)
{
    public static readonly Retirement Settled = new(ImmutableSortedSet<Dot>.Empty);

    public bool IsSettled => By.IsEmpty;

    internal static Retirement? Join(Retirement? left, Retirement? right) =>
        left is null || right is null ? left ?? right
        : left.IsSettled || right.IsSettled ? Settled
        : new Retirement(left.By.Union(right.By));
}
