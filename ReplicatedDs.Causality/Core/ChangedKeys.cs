using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Which keys have changed since a checkpoint, collected from what a <see cref="ReplicaCore"/> puts out. Belongs to one caller at a time, but for
/// <see cref="Since"/>, which any thread may read.
/// </summary>
public sealed class ChangedKeys
{
    private HashSet<string> _keys = new(StringComparer.Ordinal);
    private VectorClock _since = VectorClock.Empty;

    /// <summary>For <see cref="ReplicaCore.ChangesSince"/>.</summary>
    public VectorClock Since => Volatile.Read(ref _since);

    public int Count => _keys.Count;

    /// <summary>Begins anew with a state that is not the result of what was added; that is dropped.</summary>
    /// <param name="delivered">What is delivered in it.</param>
    /// <param name="changed">What has changed in it since the checkpoint.</param>
    public void Restart(VectorClock delivered, params IEnumerable<string> changed)
    {
        Take(delivered);
        _keys.UnionWith(changed);
    }

    /// <summary>Adds the keys that a published step changed: its updates, its <paramref name="changes"/> and what it <paramref name="collected"/>.</summary>
    public void Add(ImmutableArray<Update> updates, KeyChanges changes, ImmutableArray<string> collected)
    {
        if (ReferenceEquals(changes.Since, _since))
        {
            _keys.UnionWith(changes.Keys);
        }
        else
        {
            _keys.UnionWith(updates.SelectMany(static update => update.Keys)); // the step had begun before Take, and left out what has been taken since
        }

        _keys.UnionWith(collected);
    }

    /// <summary>Takes what has changed up to the last state that was published, in which <paramref name="delivered"/> is delivered, and begins anew behind it.</summary>
    public IReadOnlyCollection<string> Take(VectorClock delivered)
    {
        ArgumentNullException.ThrowIfNull(delivered);
        var taken = _keys;
        _keys = new HashSet<string>(StringComparer.Ordinal);
        Volatile.Write(ref _since, delivered);
        return taken;
    }

    /// <summary>What was taken did not come into a checkpoint: it goes with the next.</summary>
    public void PutBack(IReadOnlyCollection<string> taken) => _keys.UnionWith(taken);
}
