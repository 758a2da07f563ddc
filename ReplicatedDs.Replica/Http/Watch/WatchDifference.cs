using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Watch;

/// <summary>Which keys differ between what a watcher was told and a root that covers it.</summary>
internal static class WatchDifference
{
    /// <summary>Updates looked up in the log for one difference at most: beyond it the keys are looked through instead.</summary>
    private const int LookUpMax = 2048;

    /// <returns>The keys with <paramref name="prefix"/>; <c>null</c> if that cannot be told any more.</returns>
    public static async Task<IReadOnlyCollection<KeyChange>?> FindAsync(
        IReplicaNode node, VectorClock told, ReplicaState root, string prefix, CancellationToken cancellationToken)
    {
        // Before the keys: what is forgotten after this was stable was not yet when the root was taken, or it was told.
        var stable = await node.InspectAsync(core => core.Stable, cancellationToken).ConfigureAwait(false);
        return await FromLogAsync(node, told, root, prefix, cancellationToken).ConfigureAwait(false)
            ?? (told.Covers(stable) ? FromKeys(told, root, prefix) : null);
    }

    private static async Task<IReadOnlyCollection<KeyChange>?> FromLogAsync(
        IReplicaNode node, VectorClock told, ReplicaState root, string prefix, CancellationToken cancellationToken)
    {
        if (root.Delivered.Sum(entry => Math.Max(0, (double)(entry.Counter - told[entry.Replica]))) > LookUpMax)
        {
            return null;
        }

        var changes = new Dictionary<string, KeyChange>(StringComparer.Ordinal);
        foreach (var (replica, last) in root.Delivered)
        {
            for (var n = told[replica] + 1; n <= last; n++)
            {
                var dot = new Dot(replica, n);
                if (await node.FindUpdateAsync(dot, cancellationToken).ConfigureAwait(false) is not { } update)
                {
                    return null;
                }

                foreach (var key in update.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    changes[key] = new KeyChange(key, dot);
                }
            }
        }

        return changes.Values;
    }

    /// <summary>Every change leaves a version of its own, unless it is forgotten; and that only happens to what is stable.</summary>
    private static List<KeyChange> FromKeys(VectorClock told, ReplicaState root, string prefix) =>
    [
        .. root.Keys.From(prefix).TakeWhile(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Where(entry => entry.Value.Versions.Any(version => !told.Covers(version.Dot)))
            .Select(entry => new KeyChange(entry.Key, null)),
    ];
}
