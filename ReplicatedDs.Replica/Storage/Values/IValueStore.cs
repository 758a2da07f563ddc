using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>The values of a replica that keeps them outside its memory. Safe from any thread.</summary>
public interface IValueStore
{
    ValuesStatus Status { get; }

    /// <summary>The key with its values in the place of references.</summary>
    /// <exception cref="ValuesUnavailableException">A value is neither here nor in the Redis Cluster, or that does not answer. Never a wrong or an older value.</exception>
    ValueTask<KeyState> WithValuesAsync(string key, KeyState state, CancellationToken cancellationToken);

    /// <summary>The same for several keys: what <see cref="SnapshotCodec.WriteAsync"/> wants.</summary>
    /// <exception cref="ValuesUnavailableException">As there.</exception>
    ValueTask<IReadOnlyList<KeyValuePair<string, KeyState>>> WithValuesAsync(
        IReadOnlyList<KeyValuePair<string, KeyState>> keys, CancellationToken cancellationToken);

    /// <summary>Until it is disposed, nothing is forgotten that a root from now on names: for reads that take long.</summary>
    IDisposable Pin();

    /// <summary>Takes the values of a snapshot.</summary>
    /// <param name="owner">Who will have them.</param>
    IValueImport Import(ReplicaIdentity owner);
}
