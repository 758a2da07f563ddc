using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// What a replica holds for one key: the versions that no other supersedes (siblings), the winner first. Immutable.
/// </summary>
/// <remarks>
/// Siblings as in Preguiça et al., "Dotted Version Vectors" (2012); the winner by (timestamp, id) makes convergence deterministic
/// (CCv of Bouajjani et al., POPL 2017).
/// </remarks>
public sealed class KeyState
{
    // Invariant: not empty, descending, dots pairwise distinct.
    private readonly ImmutableArray<KeyVersion> _versions;

    private KeyState(ImmutableArray<KeyVersion> versions) => _versions = versions;

    /// <summary>All versions, the winner first.</summary>
    public ImmutableArray<KeyVersion> Versions => _versions;

    public KeyVersion Winner => _versions[0];

    /// <summary>Whether a plain read finds a value: the winner is not a tombstone.</summary>
    public bool IsPresent => !Winner.IsTombstone;

    /// <summary>Whether <see cref="Collect"/> will find something once the stable vector has come far enough.</summary>
    public bool IsCollectable
    {
        get
        {
            foreach (var version in _versions)
            {
                if (version.IsTombstone)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Makes a state of versions in any order.</summary>
    /// <exception cref="ArgumentException">There is none, or two carry the same dot.</exception>
    public static KeyState Of(IEnumerable<KeyVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ImmutableArray<KeyVersion> sorted = [.. versions.OrderDescending()];
        if (sorted.IsEmpty || sorted.DistinctBy(version => version.Dot).Count() != sorted.Length)
        {
            throw new ArgumentException("A key's state needs at least one version, each with a dot of its own.", nameof(versions));
        }

        return new KeyState(sorted);
    }

    /// <summary>
    /// Applies a write to <paramref name="state"/> (<c>null</c>: nothing there yet): the new version supersedes those that
    /// <paramref name="context"/> covers, and an earlier operation of the same update.
    /// </summary>
    public static KeyState Write(KeyState? state, KeyVersion version, VectorClock context)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(context);
        if (state is null || (state._versions.Length == 1 && context.Covers(state._versions[0].Dot)))
        {
            return new KeyState([version]);
        }

        var survivors = state._versions.Where(old => !context.Covers(old.Dot) && old.Dot != version.Dot);
        return new KeyState([.. survivors.Append(version).OrderDescending()]);
    }

    /// <summary>
    /// Drops what nobody needs any more once <paramref name="stable"/> covers it: a winning tombstone with all its siblings when all of
    /// them are stable, a beaten one alone. Whatever is written later supersedes all of it, since it depends on everything stable.
    /// </summary>
    /// <returns>This state if nothing changes, <c>null</c> if nothing is left.</returns>
    public KeyState? Collect(VectorClock stable)
    {
        ArgumentNullException.ThrowIfNull(stable);
        if (!IsCollectable)
        {
            return this;
        }

        if (!IsPresent && _versions.All(version => stable.Covers(version.Dot)))
        {
            return null;
        }

        ImmutableArray<KeyVersion> kept = [Winner, .. _versions.Skip(1).Where(version => !version.IsTombstone || !stable.Covers(version.Dot))];
        return kept.Length == _versions.Length ? this : new KeyState(kept);
    }

    /// <summary>
    /// The state of one key where everything is delivered that either side has delivered (R5): what both have stays; what one has stays
    /// if the other has not heard of it, and is superseded or collected if the other has.
    /// </summary>
    /// <returns><paramref name="mine"/> if nothing changes, <c>null</c> if nothing is left.</returns>
    public static KeyState? Join(KeyState? mine, VectorClock mineDelivered, KeyState? theirs, VectorClock theirsDelivered)
    {
        ArgumentNullException.ThrowIfNull(mineDelivered);
        ArgumentNullException.ThrowIfNull(theirsDelivered);
        var (ours, others) = (mine?._versions ?? [], theirs?._versions ?? []);
        var kept = ours.Where(version => !theirsDelivered.Covers(version.Dot) || others.Any(other => other.Dot == version.Dot)).ToList();
        var added = others.Where(version => !mineDelivered.Covers(version.Dot)).ToList();
        return added.Count == 0 && kept.Count == ours.Length ? mine
            : added.Count + kept.Count == 0 ? null
            : new KeyState([.. kept.Concat(added).OrderDescending()]);
    }
}
