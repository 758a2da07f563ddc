using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>Puts the values of a snapshot into the Redis Cluster while it is read. One user at a time.</summary>
public interface IValueImport : IAsyncDisposable
{
    /// <summary>The same keys with references in the place of the larger values, which are written.</summary>
    /// <exception cref="ValuesUnavailableException">They could not be written.</exception>
    ValueTask<IReadOnlyList<KeyValuePair<string, KeyState>>> KeepAsync(IReadOnlyList<KeyValuePair<string, KeyState>> keys, CancellationToken cancellationToken);

    /// <summary>Done when everything that was written is also at a replica: no log has it.</summary>
    /// <exception cref="ValuesUnavailableException">It could not be confirmed in time.</exception>
    Task ConfirmAsync(CancellationToken cancellationToken);
}
