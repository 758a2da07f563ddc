using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage.Redis;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// The embedded store: <c>log.db</c> holds what was delivered, <c>state.db</c> a checkpoint, <c>identity.json</c> whose folder it is,
/// and <c>lock</c> is held for as long as a process uses it.
/// </summary>
/// <remarks>
/// What survives is said at <see cref="Durability"/>. Identity and boot number are always synced to the disk. Recovery is the checkpoint
/// with the log behind it applied; the checkpoint does not depend on anything in the log before its position.
/// </remarks>
public sealed class SqliteReplicaStore : IReplicaStore
{
    private const string LockName = "lock";

    /// <summary>Rows of the log that are forgotten in one transaction, which appends have to wait for.</summary>
    private const int CutRowsMax = 64;

    private readonly string _folder;
    private readonly Durability _durability;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private readonly LogDatabase _log;
    private readonly StateDatabase _state;
    private readonly Checkpointer _checkpointer;
    private readonly RecentUpdates _recent;
    private readonly ValueStore? _values;
    private bool _isReady;
    private bool _isDisposed;

    private SqliteReplicaStore(
        string folder,
        Durability durability,
        StoreLimits limits,
        ValuesOptions? values,
        TimeProvider time,
        ILogger logger,
        FileStream held,
        LogDatabase log,
        StateDatabase state)
    {
        _folder = folder;
        _durability = durability;
        _time = time;
        _logger = logger;
        _lock = held;
        _log = log;
        _state = state;
        _recent = new RecentUpdates(limits.RecentUpdatesMax, limits.RecentBytesMax);
        _values = values is null ? null : new ValueStore(new RedisCluster(values.Servers, values.User, values.Password, time), values, log, _recent, time, logger);
        _checkpointer = new Checkpointer(
            state,
            log.Flush,
            CutLog,
            exception => StorageErrors.Wrap(folder, exception).Message,
            _values,
            limits,
            time,
            logger);
    }

    public ReplicaIdentity? Identity { get; private set; }

    public long Boot { get; private init; }

    public IValueStore? Values => _values;

    /// <summary>Opens a folder, which is made if it is not there, and holds it until the store is disposed.</summary>
    /// <exception cref="StorageUnavailableException">
    /// It cannot be made or written, another process holds it, it is damaged, or a newer program wrote it. Nothing was changed.
    /// </exception>
    public static SqliteReplicaStore Open(string folder, Durability durability, TimeProvider time, ILogger logger) =>
        Open(folder, durability, time, logger, new StoreLimits());

    /// <param name="values">Where values are kept that are too large for the state; <c>null</c>: none are.</param>
    internal static SqliteReplicaStore Open(string folder, Durability durability, TimeProvider time, ILogger logger, StoreLimits limits, ValuesOptions? values = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var held = Hold(folder);
        LogDatabase? log = null;
        StateDatabase? state = null;
        try
        {
            var known = IdentityFile.Read(folder);
            if (known is { IsVolatile: true })
            {
                IdentityFile.Delete(folder);
                known = null;
            }
            else if (durability == Durability.Memory && known is not null)
            {
                throw new StorageUnavailableException(
                    $"The folder {folder} holds durable data, which memory mode would abandon: start with another durability, or with another folder.", false);
            }

            var place = durability == Durability.Memory ? null : folder;
            log = LogDatabase.Open(place, durability, limits);
            state = StateDatabase.Open(place);
            CheckOwner(folder, known?.Identity, log, state);
            CheckValues(folder, known?.Identity, log, values is not null);
            log.ContinueAfter(state.Position ?? 0);
            var boot = log.IncrementBoot();
            logger.StoreOpened(folder, durability, boot);
            return new SqliteReplicaStore(folder, durability, limits, values, time, logger, held, log, state) { Identity = known?.Identity, Boot = boot };
        }
        catch (Exception exception)
        {
            state?.Dispose();
            log?.Dispose();
            held.Dispose();
            if (StorageErrors.IsStorage(exception))
            {
                throw StorageErrors.Wrap(folder, exception);
            }

            throw;
        }
    }

    public ReplicaState Recover()
    {
        if (Identity is null)
        {
            throw new InvalidOperationException("An empty folder has nothing to recover.");
        }

        try
        {
            var (checkpoint, position) = _state.Read();
            var replayed = 0L;
            var changedKeys = new HashSet<string>(StringComparer.Ordinal);
            var state = ReplicaCore.Replay(checkpoint, _log.ReadFrom(position).Select(update =>
            {
                replayed++;
                changedKeys.UnionWith(update.Keys);
                return update;
            }), _values?.InlineBytes ?? int.MaxValue);
            _values?.Start(Identity, checkpoint, state, isNew: false);
            _checkpointer.Start(state, _log.LastPosition, changedKeys);
            _isReady = true;
            _logger.Recovered(state.Keys.Count, replayed);
            return state;
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            throw StorageErrors.Wrap(_folder, exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new StorageUnavailableException(
                $"The log in {_folder} is damaged ({exception.Message.TrimEnd('.')}): move the folder aside and let the replica join anew.", false, exception);
        }
    }

    /// <exception cref="StorageUnavailableException">The folder is still empty.</exception>
    public Task InitializeAsync(ReplicaIdentity identity, ReplicaState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(state);
        if (Identity is { } known)
        {
            throw new InvalidOperationException($"The folder {_folder} already belongs to replica {known.Id}.");
        }

        return Task.Run(
            () =>
            {
                try
                {
                    // The identity file comes last: as long as it is not there, the folder counts as empty.
                    _log.Jump(state.Delivered);
                    _state.WriteAll(state, _log.LastPosition);
                    if (_values is not null)
                    {
                        _log.SetMark(ValueStore.PlaceMark, 1);
                    }

                    _log.SetOwner(Describe(identity));
                    IdentityFile.Write(_folder, identity, isVolatile: _durability == Durability.Memory);
                }
                catch (Exception exception) when (StorageErrors.IsStorage(exception))
                {
                    throw StorageErrors.Wrap(_folder, exception);
                }

                _values?.Start(identity, state, state, isNew: true);
                _checkpointer.Start(state, _log.LastPosition, []);
                Identity = identity;
                _isReady = true;
            },
            cancellationToken);
    }

    public ValueTask AppendAsync(ImmutableArray<Update> updates, bool isPromise, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isReady)
        {
            throw new InvalidOperationException("The store takes updates only after it was recovered or initialized.");
        }

        try
        {
            if (updates.IsDefaultOrEmpty)
            {
                if (isPromise)
                {
                    _log.Sync();
                }

                return ValueTask.CompletedTask;
            }

            _values?.RequireRoom();
            var (position, bytes) = _log.Append(updates.AsSpan(), isPromise);
            _values?.Appended(position, bytes);
            if (_durability != Durability.Memory)
            {
                _checkpointer.Appended(position, updates[^1].Dot, bytes);
            }

            _recent.Add(updates.AsSpan());
            return ValueTask.CompletedTask;
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            return ValueTask.FromException(StorageErrors.Wrap(_folder, exception));
        }
    }

    public async ValueTask InstallAsync(ReplicaState state, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            // The floors first: if it ends in between, the log offers less than it has.
            _log.Jump(state.Delivered);
            await _checkpointer.InstallAsync(state, _log.LastPosition, cancellationToken).ConfigureAwait(false);
            _recent.Clear();
            _logger.Installed(state.Keys.Count);
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            throw StorageErrors.Wrap(_folder, exception);
        }
    }

    public VectorClock? ChangesSince => _durability == Durability.Memory ? null : _checkpointer.ChangesSince;

    public void Published(ReplicaState state, ImmutableArray<Update> updates, ImmutableArray<string> collected, VectorClock stable, KeyChanges changes = default)
    {
        // In memory a checkpoint would serve nobody: it ends with the process as the log does.
        if (_durability != Durability.Memory)
        {
            _checkpointer.Published(state, updates, collected, stable, changes);
        }
        else if (_log.Bytes > _log.CutFrom)
        {
            CutLog(long.MaxValue, stable, state);
        }
    }

    /// <summary>Of one that has left the log keeps more of what not everybody has: soon it will be gone, and somebody may have its last updates from it alone.</summary>
    private bool CutLog(long position, VectorClock stable, ReplicaState root) =>
        _log.Cut(position, stable, CutRowsMax, keepsUnstable: Identity is { } self && root.Members.Find(self.Id) is { IsPresent: false });

    public async ValueTask<long> FloorOfAsync(ReplicaId origin, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            return await Task.Run(() => _log.FloorOf(origin), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            throw StorageErrors.Wrap(_folder, exception);
        }
    }

    public async ValueTask<ImmutableArray<Update>> ReadAsync(
        ReplicaId origin, long first, long last, long bytesMax, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (first < 1 || last < first)
        {
            return [];
        }

        var recent = _recent.Read(origin, first, last, bytesMax);
        if (!recent.IsEmpty)
        {
            return recent;
        }

        try
        {
            return await Task.Run(() => _log.Read(origin, first, last, bytesMax, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            throw StorageErrors.Wrap(_folder, exception);
        }
    }

    public async Task ArchiveAsync(CancellationToken cancellationToken)
    {
        var id = Identity?.Id ?? throw new InvalidOperationException("An empty folder is not archived.");
        await DisposeAsync().ConfigureAwait(false);
        var stamp = _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var archive = string.Create(CultureInfo.InvariantCulture, $"{_folder}.left-{id.Value}-{stamp}");
        try
        {
            Directory.Move(_folder, archive);
            DiskSync.Folder(Path.GetDirectoryName(_folder)!);
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception))
        {
            throw StorageErrors.Wrap(_folder, exception);
        }

        _logger.FolderArchived(_folder, archive);
    }

    public (long Used, long Free) Usage() => (FolderUsage.Used(_folder), FolderUsage.Free(_folder));

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _checkpointer.DisposeAsync().ConfigureAwait(false);
        if (_values is not null)
        {
            await _values.DisposeAsync().ConfigureAwait(false);
        }

        _state.Dispose();
        _log.Dispose();
        if (_durability == Durability.Memory && Identity is not null)
        {
            File.Delete(Path.Combine(_folder, IdentityFile.Name));
        }

        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Writes a checkpoint of what was published so far.</summary>
    internal Task CheckpointAsync(CancellationToken cancellationToken) => _checkpointer.WriteAsync(cancellationToken);

    private static FileStream Hold(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The data folder {folder} cannot be made ({exception.Message.TrimEnd('.')}).", false, exception);
        }

        var path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageUnavailableException($"The data folder {folder} cannot be written ({exception.Message.TrimEnd('.')}).", false, exception);
        }
        catch (IOException exception) when (exception is DirectoryNotFoundException or PathTooLongException)
        {
            throw new StorageUnavailableException($"The data folder {folder} cannot be used ({exception.Message.TrimEnd('.')}).", false, exception);
        }
        catch (IOException exception)
        {
            throw new StorageUnavailableException($"The data folder {folder} is in use by another process.", false, exception);
        }
    }

    /// <summary>The identity file, the log and the checkpoint must belong together, or a piece of the folder was lost or exchanged.</summary>
    private static void CheckOwner(string folder, ReplicaIdentity? identity, LogDatabase log, StateDatabase state)
    {
        if (identity is null)
        {
            if (!log.IsEmpty)
            {
                throw new StorageUnavailableException(
                    $"The folder {folder} holds a log but no {IdentityFile.Name}: restore that file, or move the folder aside and let the replica join anew.", false);
            }

            return;
        }

        if (log.Owner != Describe(identity) || state.Position is null)
        {
            throw new StorageUnavailableException(
                $"The folder {folder} has the {IdentityFile.Name} of replica {identity.Id}, but its data is missing or another's: restore all files together, or move the folder aside and let the replica join anew.",
                false);
        }
    }

    /// <summary>Values do not move by themselves between memory and a Redis Cluster.</summary>
    private static void CheckValues(string folder, ReplicaIdentity? identity, LogDatabase log, bool areElsewhere)
    {
        if (identity is not null && log.Mark(ValueStore.PlaceMark) is not null != areElsewhere)
        {
            throw new StorageUnavailableException(
                areElsewhere
                    ? $"The folder {folder} has its values in memory, but Storage:Values is redis-cluster: start it as before, add a replica with an empty folder and redis-cluster, then let this one leave."
                    : $"The folder {folder} has its values in a Redis Cluster, but Storage:Values is memory: start it as before, add a replica with an empty folder and memory, then let this one leave.",
                isFull: false);
        }
    }

    private static string Describe(ReplicaIdentity identity) =>
        string.Create(CultureInfo.InvariantCulture, $"{identity.ClusterId} {identity.Id.Value} {identity.Incarnation}");
}
