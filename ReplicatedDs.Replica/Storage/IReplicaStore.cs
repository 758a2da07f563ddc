using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// The durable side of one replica: its identity, a log of delivered updates and checkpoints of its state. One writer (the loop);
/// <see cref="ReadAsync"/> may be called from other threads at the same time.
/// </summary>
public interface IReplicaStore : IAsyncDisposable
{
    /// <summary>Who this folder belongs to; <c>null</c> while it is empty.</summary>
    ReplicaIdentity? Identity { get; }

    /// <summary>How often this folder was opened by a process, this one included (R9).</summary>
    long Boot { get; }

    /// <summary>Where the values are that the state only refers to; <c>null</c>: it has all of them itself.</summary>
    IValueStore? Values => null;

    /// <summary>The state of the last checkpoint with the log behind it applied.</summary>
    ReplicaState Recover();

    /// <summary>Makes an empty folder the home of a new identity, starting from <paramref name="state"/> (empty for the founder, a snapshot for a joiner). Durable on return.</summary>
    Task InitializeAsync(ReplicaIdentity identity, ReplicaState state, CancellationToken cancellationToken);

    /// <summary>
    /// Appends updates, or none, in delivery order, all or nothing. With <paramref name="isPromise"/> everything that was ever appended is durable on return, as
    /// the durability mode says; without, the end of the process may still take the newest appends, in the reverse of their order.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Nothing was appended; or nothing was to be, and what was appended before is not durable yet.</exception>
    ValueTask AppendAsync(ImmutableArray<Update> updates, bool isPromise, CancellationToken cancellationToken);

    /// <summary>
    /// Puts <paramref name="state"/>, which does not follow from the log, in the place of the state; durable on return. The log stays: own updates in it may be
    /// nowhere else.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Nothing was changed.</exception>
    ValueTask InstallAsync(ReplicaState state, CancellationToken cancellationToken);

    /// <summary>
    /// Tells what was published, so that the store can make checkpoints in the background: what of it was appended, what was forgotten of keys without an
    /// update, and up to where the log may be forgotten. If <paramref name="changes"/> are counted from <see cref="ChangesSince"/> on, they are taken in place of
    /// all keys of the updates.
    /// </summary>
    void Published(ReplicaState state, ImmutableArray<Update> updates, ImmutableArray<string> collected, VectorClock stable, KeyChanges changes = default);

    /// <summary>From which state on the store wants to hear which keys change: the one that its last checkpoint was begun from. <c>null</c>: from none. May be read from any thread.</summary>
    VectorClock? ChangesSince => null;

    /// <summary>Up to which counter the updates of <paramref name="origin"/> are not, or not all, in the log any more; 0 if all are.</summary>
    ValueTask<long> FloorOfAsync(ReplicaId origin, CancellationToken cancellationToken);

    /// <summary>
    /// Updates <paramref name="first"/> to at most <paramref name="last"/> of <paramref name="origin"/>, consecutive from <paramref name="first"/>:
    /// as many as fit into <paramref name="bytesMax"/>, at least one; empty if the log does not have <paramref name="first"/>.
    /// </summary>
    ValueTask<ImmutableArray<Update>> ReadAsync(ReplicaId origin, long first, long last, long bytesMax, CancellationToken cancellationToken);

    /// <summary>Closes the store and moves its folder aside after a leave: <c>&lt;folder&gt;.left-&lt;id&gt;-&lt;UTC time&gt;</c>.</summary>
    Task ArchiveAsync(CancellationToken cancellationToken);

    /// <summary>Bytes that the folder uses, and bytes free on its file system.</summary>
    (long Used, long Free) Usage();
}
