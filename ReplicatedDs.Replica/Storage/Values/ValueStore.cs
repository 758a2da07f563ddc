using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Storage.Redis;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>
/// Keeps the values of one replica in the site's Redis Cluster. The state holds references; the log holds everything until its values are confirmed there. So a
/// write waits for nobody but the log, and what a failover of Redis loses is written again from the log.
/// </summary>
/// <remarks>
/// In the manner of Bailis, Ghodsi, Hellerstein, Stoica, "Bolt-on Causal Consistency" (SIGMOD 2013): the shim decides what is visible, the store below only keeps
/// bytes. Names never change their bytes, so writing them twice, in any order, or from anywhere is harmless, and whatever is read under a name is right.
/// Three positions of the log: up to <c>_written</c> the masters have the values; up to <c>_confirmed</c> replicas of theirs have them too (WAIT); up to <c>_safe</c> a
/// checkpoint and the confirmation both reach: only there the log may be cut. After a failover everything that the log has is written again.
/// </remarks>
internal sealed class ValueStore : IValueStore, IAsyncDisposable
{
    /// <summary>In the log's metadata: where values are, and up to where they are safe there.</summary>
    public const string PlaceMark = "values";

    private const string SafeMark = "values-safe";

    /// <summary>Bytes of rows that are written at once, about.</summary>
    private const long ChunkBytes = 4 << 20;

    private const int DeletedAtOnce = 4096;

    /// <summary>Bytes of lost values that wait to be written again, at most.</summary>
    private const long LostBytesMax = 16 << 20;

    /// <summary>Names that wait to be deleted, at most; what is beyond it is found by a sweep.</summary>
    private const int GarbageMax = 1 << 20;

    private static readonly TimeSpan FirstSweepAfter = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing may be confirmed before that is said.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>Time in which small writes gather, so that each does not cost a confirmation of its own.</summary>
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(10);

    private readonly RedisCluster _redis;
    private readonly ValuesOptions _options;
    private readonly LogDatabase _log;
    private readonly RecentUpdates _recent;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ValueCache _cache;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Unconfirmed _unconfirmed = new();

    // Up to which counter the values of each origin's updates are written, or superseded and not worth it.
    private readonly Dictionary<ReplicaId, long> _writtenOf = [];
    private readonly List<ValueId> _writtenSinceCheckpoint = [];
    private readonly Queue<(long FoundAt, ReadOnlyMemory<byte> Name)> _garbage = new();
    private readonly Dictionary<ValueId, ReadOnlyMemory<byte>> _lost = [];
    private long _lostBytes;
    private ValueNames? _names;
    private ReplicaId _self;
    private ReplicaState _root = ReplicaState.Empty;
    private ReplicaState _checkpoint = ReplicaState.Empty;
    private long _published;
    private long _written;
    private long _confirmed;
    private long _safe;

    // After a failover all that the log has is written again; until that is confirmed up to here, nothing of the log may be cut.
    private long _rewritesUpTo;
    private int _pins;
    private bool _isFull;
    private string? _problem;
    private long _failovers;
    private long _rewritten;
    private long _missing;
    private long _sweepAt;
    private long _movedAt;
    private TaskCompletionSource _work = NewSignal();
    private Task _worker = Task.CompletedTask;

    public ValueStore(RedisCluster redis, ValuesOptions options, LogDatabase log, RecentUpdates recent, TimeProvider time, ILogger logger)
    {
        (_redis, _options, _log, _recent, _time, _logger) = (redis, options, log, recent, time, logger);
        _cache = new ValueCache(options.CacheBytes);
    }

    public int InlineBytes => _options.InlineBytes;

    public ValuesStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new ValuesStatus(
                    _unconfirmed.Bytes, _options.UnconfirmedBytesMax, _failovers, Interlocked.Read(ref _rewritten), Interlocked.Read(ref _missing), _problem);
            }
        }
    }

    /// <summary>Begins with what was recovered or is new here.</summary>
    /// <param name="checkpoint">The state that the disk has.</param>
    /// <param name="state">The same with the log behind it.</param>
    /// <param name="isNew">The values of the state are confirmed, and the log has none of them.</param>
    public void Start(ReplicaIdentity identity, ReplicaState checkpoint, ReplicaState state, bool isNew)
    {
        if (isNew)
        {
            _log.SetMark(SafeMark, _log.LastPosition);
        }

        lock (_gate)
        {
            (_self, _names) = (identity.Id, new ValueNames(identity.ClusterId, identity.Id));
            (_root, _checkpoint, _published) = (state, checkpoint, _log.LastPosition);
            _safe = _written = _confirmed = _log.Mark(SafeMark) ?? 0;
            _unconfirmed.Reset(_log.RowsAfter(_confirmed));
            Written_NeedsLock();
            _movedAt = _time.GetTimestamp();
            _sweepAt = After(_options.SweepInterval < FirstSweepAfter ? _options.SweepInterval : FirstSweepAfter);
        }

        _worker = Task.Run(RunAsync);
    }

    /// <summary>That something may be appended.</summary>
    /// <exception cref="ValuesUnavailableException">Too much waits for the Redis Cluster.</exception>
    public void RequireRoom()
    {
        lock (_gate)
        {
            // Once full it stays so until there is room for more than the next write.
            _isFull = _unconfirmed.Bytes > (_isFull ? _options.UnconfirmedBytesMax / 4 * 3 : _options.UnconfirmedBytesMax);
            if (_isFull)
            {
                throw new ValuesUnavailableException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_unconfirmed.Bytes >> 20} MB are written that the Redis Cluster has not confirmed, and Storage:UnconfirmedMegabytes is {_options.UnconfirmedBytesMax >> 20}: {_problem ?? "it is slower than the writes."} Nothing is lost; writes go on by themselves when it has caught up."));
            }
        }
    }

    public void Appended(long position, long bytes)
    {
        lock (_gate)
        {
            _unconfirmed.Appended(position, bytes);
        }
    }

    /// <summary>Tells what is visible, and up to which position of the log that is all.</summary>
    public void Published(ReplicaState root, long position)
    {
        lock (_gate)
        {
            (_root, _published) = (root, position);
            _work.TrySetResult();
        }
    }

    /// <summary>Tells of a state that does not follow from the log and whose values are confirmed; it is also the checkpoint.</summary>
    public void Installed(ReplicaState state, long position)
    {
        lock (_gate)
        {
            (_root, _checkpoint, _published) = (state, state, position);
            try
            {
                Written_NeedsLock();
            }
            catch (Exception exception) when (StorageErrors.IsStorage(exception))
            {
                // It is on the disk, so it must not count as failed. What is known to be written stays known; the rest counts as not written until it is counted again.
            }

            _sweepAt = _time.GetTimestamp(); // what of the snapshot was superseded here
            _work.TrySetResult();
        }
    }

    /// <summary>Tells that a checkpoint is on the disk.</summary>
    /// <param name="changedKeys">In what it differs from the one before.</param>
    /// <returns>Up to where the log may be cut now.</returns>
    public long Checkpointed(ReplicaState root, IEnumerable<string> changedKeys, long position)
    {
        long safe;
        bool isPinned;
        lock (_gate)
        {
            foreach (var key in changedKeys)
            {
                if (_checkpoint.Keys.Find(key) is { } before)
                {
                    foreach (var version in before.Versions.Where(version => version.IsReference && !Names(root, new ValueId(key, version.Dot))))
                    {
                        Discard_NeedsLock(_names!.Of(new ValueId(key, version.Dot)));
                    }
                }
            }

            // What came and went between two checkpoints. What this one does not cover is judged by the next.
            var later = _writtenSinceCheckpoint.Where(id => !root.Delivered.Covers(id.Dot)).ToList();
            foreach (var id in _writtenSinceCheckpoint.Where(id => root.Delivered.Covers(id.Dot) && !Names(root, id)))
            {
                Discard_NeedsLock(_names!.Of(id));
            }

            _writtenSinceCheckpoint.Clear();
            _writtenSinceCheckpoint.AddRange(later);
            _checkpoint = root;
            _safe = safe = Math.Max(_safe, Math.Min(position, _confirmed));
            isPinned = _pins > 0 || _rewritesUpTo > 0;
        }

        _log.SetMark(SafeMark, safe);
        return isPinned ? 0 : safe;
    }

    public async ValueTask<KeyState> WithValuesAsync(string key, KeyState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!state.HasReferences)
        {
            return state;
        }

        var values = new Dictionary<Dot, ReadOnlyMemory<byte>>();
        foreach (var version in state.Versions.Where(version => version.IsReference))
        {
            var value = await ReadAsync(new ValueId(key, version.Dot), version.Value.Length, cancellationToken).ConfigureAwait(false);
            values[version.Dot] = value.Length == version.Value.Length
                ? value
                : throw new InvalidOperationException($"The value that {version.Dot} wrote to '{key}' has {version.Value.Length} bytes, but {value.Length} were found.");
        }

        return state.WithValues(version => version.IsReference ? values[version.Dot] : version.Value);
    }

    public async ValueTask<IReadOnlyList<KeyValuePair<string, KeyState>>> WithValuesAsync(
        IReadOnlyList<KeyValuePair<string, KeyState>> keys, CancellationToken cancellationToken)
    {
        // All at once: they share the connections.
        var states = await Task.WhenAll(keys.Select(pair => WithValuesAsync(pair.Key, pair.Value, cancellationToken).AsTask())).ConfigureAwait(false);
        return [.. keys.Zip(states, (pair, state) => KeyValuePair.Create(pair.Key, state))];
    }

    public IDisposable Pin()
    {
        lock (_gate)
        {
            _pins++;
        }

        return new Pinned(this);
    }

    public IValueImport Import(ReplicaIdentity owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return new ValueImport(_redis, new ValueNames(owner.ClusterId, owner.Id), _options.InlineBytes, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _stopping.Dispose();
        await _redis.DisposeAsync().ConfigureAwait(false);
    }

    private long After(TimeSpan span) => _time.GetTimestamp() + (long)(span.TotalSeconds * _time.TimestampFrequency);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool Names(ReplicaState root, ValueId id)
    {
        if (root.Keys.Find(id.Key) is { } state)
        {
            foreach (var version in state.Versions)
            {
                if (version.Dot == id.Dot && version.IsReference)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>What an update wrote to the key; <c>null</c> if it is not that update.</summary>
    private static ReadOnlyMemory<byte>? ValueIn(ImmutableArray<Update> updates, ValueId id, int length) =>
        updates is [var update, ..] && update.Operations.OfType<SetOperation>().LastOrDefault(set => set.Key == id.Key) is { } set && set.Value.Length == length
            ? set.Value
            : (ReadOnlyMemory<byte>?)null; // a bare null would be taken for no bytes

    private async Task<ReadOnlyMemory<byte>> ReadAsync(ValueId id, int length, CancellationToken cancellationToken)
    {
        if (ValueIn(_recent.Read(id.Dot.Replica, id.Dot.Counter, id.Dot.Counter, 1), id, length) is { } recent)
        {
            return recent;
        }

        if (_cache.Find(id) is { } cached)
        {
            return cached;
        }

        var isWritten = IsWritten(id.Dot);
        if (!isWritten && await FromLogAsync(id, length, cancellationToken).ConfigureAwait(false) is { } early)
        {
            return early;
        }

        RedisException? failure = null;
        var name = _names!.Of(id);
        try
        {
            if (await _redis.GetAsync(name, cancellationToken).ConfigureAwait(false) is { } bytes && bytes.Length == length)
            {
                _cache.Add(id, bytes);
                return bytes;
            }
        }
        catch (RedisException exception)
        {
            failure = exception;
        }

        if (await FromLogAsync(id, length, cancellationToken).ConfigureAwait(false) is { } logged)
        {
            if (failure is null && isWritten)
            {
                Lost(id, logged);
            }

            return logged;
        }

        Interlocked.Increment(ref _missing);
        throw new ValuesUnavailableException(
            failure is null
                ? $"The Redis Cluster does not have the value that {id.Dot} wrote to '{id.Key}', and the log no longer has it. Try again; if it stays so, let this replica join anew: the others have it."
                : $"The value that {id.Dot} wrote to '{id.Key}' is in the Redis Cluster, which does not answer: {failure.Message}.",
            failure);
    }

    private async Task<ReadOnlyMemory<byte>?> FromLogAsync(ValueId id, int length, CancellationToken cancellationToken) => ValueIn(
        await Task.Run(() => _log.Read(id.Dot.Replica, id.Dot.Counter, id.Dot.Counter, 1, cancellationToken), cancellationToken).ConfigureAwait(false), id, length);

    private bool IsWritten(Dot dot)
    {
        lock (_gate)
        {
            return dot.Counter <= _writtenOf.GetValueOrDefault(dot.Replica);
        }
    }

    /// <summary>A value that was written is not there any more: a failover lost it, and perhaps others.</summary>
    private void Lost(ValueId id, ReadOnlyMemory<byte> value)
    {
        lock (_gate)
        {
            // If nothing names it, it was superseded, and rightly deleted or never written. What there is no room for is found lost again when it is read again.
            if (Names(_root, id) && _lostBytes < LostBytesMax && _lost.TryAdd(id, value))
            {
                _rewritten++;
                _lostBytes += value.Length;
                _work.TrySetResult();
            }
        }
    }

    private async Task RunAsync()
    {
        var writer = new RedisWriter(_redis);
        var masters = new MasterWatch(_redis);
        var askedAt = 0L;
        var hasFailed = false;
        try
        {
            while (true)
            {
                try
                {
                    if (hasFailed)
                    {
                        Rewind();
                        hasFailed = false;
                    }

                    if (masters.IsDue || _time.GetElapsedTime(askedAt) >= _options.WatchInterval)
                    {
                        askedAt = _time.GetTimestamp();
                        if (await masters.HaveChangedAsync(_stopping.Token).ConfigureAwait(false))
                        {
                            // What was under way to the old master proves nothing about the new one.
                            await writer.DisposeAsync().ConfigureAwait(false);
                            writer = new RedisWriter(_redis);
                            FailedOver();
                        }
                    }

                    var isMore = await WriteSomeAsync(writer).ConfigureAwait(false);
                    Confirm(await writer.ConfirmAsync().ConfigureAwait(false));
                    await DeleteSomeAsync(writer).ConfigureAwait(false);
                    await SweepAsync().ConfigureAwait(false);
                    if (!isMore)
                    {
                        await WaitAsync().ConfigureAwait(false);
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !_stopping.IsCancellationRequested)
                {
                    // Whatever it is: whoever else wrote the values, if this loop did not go on?
                    hasFailed = true;
                    Tell($"The Redis Cluster takes no values: {exception.Message.TrimEnd('.')}.");
                    await writer.DisposeAsync().ConfigureAwait(false);
                    writer = new RedisWriter(_redis);
                    masters.Suspect();
                    await Task.Delay(RetryAfter, _time, _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // What is not confirmed is in the log.
        }
        finally
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes the values of the next rows, if there are any.</summary>
    /// <returns>Whether there are likely more.</returns>
    private async Task<bool> WriteSomeAsync(RedisWriter writer)
    {
        long after;
        long upTo;
        ReplicaState root;
        List<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> values = [];
        List<ValueId> lost = [];
        lock (_gate)
        {
            (after, upTo, root) = (_written, _published, _root);
            foreach (var (id, value) in _lost)
            {
                lost.Add(id);
                values.Add((_names!.Of(id), value));
            }
        }

        var (last, bytes, updates) = after < upTo ? _log.ReadRows(after, upTo, ChunkBytes) : (after, 0, []);
        if (last == after && after < upTo)
        {
            await Task.Delay(RetryAfter, _time, _stopping.Token).ConfigureAwait(false); // the log has no space for what is next
        }

        var ids = new List<ValueId>();
        foreach (var update in updates)
        {
            for (var i = 0; i < update.Operations.Length; i++)
            {
                // Superseded already, by another update or by a later operation of this one: nobody will ask for it for long, and the log has it.
                if (update.Operations[i] is SetOperation set
                    && new ValueId(set.Key, update.Dot) is var id && Names(root, id)
                    && !update.Operations.Skip(i + 1).Any(one => one is SetOperation later && later.Key == set.Key))
                {
                    values.Add((_names!.Of(id), set.Value));
                    ids.Add(id);
                }
            }
        }

        if (values.Count > 0)
        {
            await writer.WriteAsync(values, after, _stopping.Token).ConfigureAwait(false);
        }

        lock (_gate)
        {
            foreach (var id in lost)
            {
                _lostBytes -= _lost.Remove(id, out var value) ? value.Length : 0;
            }

            _writtenSinceCheckpoint.AddRange(ids);
            if (_written == after)
            {
                _written = last;
                foreach (var update in updates)
                {
                    _writtenOf[update.Origin] = Math.Max(update.Dot.Counter, _writtenOf.GetValueOrDefault(update.Origin));
                }
            }
        }

        return bytes >= ChunkBytes / 4;
    }

    private void Confirm(long? unconfirmedFrom)
    {
        bool isStuck;
        lock (_gate)
        {
            var confirmed = Math.Max(_confirmed, unconfirmedFrom ?? _written);
            if (confirmed > _confirmed || unconfirmedFrom is null)
            {
                _movedAt = _time.GetTimestamp();
            }

            isStuck = _time.GetElapsedTime(_movedAt) > StuckAfter;
            _confirmed = confirmed;
            _unconfirmed.Confirmed(confirmed);
            if (unconfirmedFrom is null && _written >= _rewritesUpTo)
            {
                _rewritesUpTo = 0;
            }
        }

        Tell(isStuck ? "No replica of a master of the Redis Cluster confirms what is written: check that each master has one." : null);
    }

    private async Task WaitAsync()
    {
        Task work;
        bool isConfirmed;
        lock (_gate)
        {
            if (_work.Task.IsCompleted && _written >= _published && _lost.Count == 0)
            {
                _work = NewSignal();
            }

            (work, isConfirmed) = (_work.Task, _confirmed >= _written);
        }

        if (isConfirmed)
        {
            await Task.WhenAny(work, Task.Delay(_options.WatchInterval, _time, _stopping.Token)).ConfigureAwait(false);
            _stopping.Token.ThrowIfCancellationRequested();
        }

        await Task.Delay(GatherFor, _time, _stopping.Token).ConfigureAwait(false);
    }

    private void FailedOver()
    {
        lock (_gate)
        {
            // Also what was confirmed long ago: the one replica that confirmed it may not be the one that took over, and a master that began again may have handed its loss on.
            _failovers++;
            _rewritesUpTo = Math.Max(_rewritesUpTo, _written);
            Rewind_NeedsLock(confirmed: _safe, written: 0);
            _sweepAt = Math.Min(_sweepAt, After(_options.DeleteAfter)); // deletions may be lost as writes are
        }

        _logger.RedisFailedOver();
    }

    /// <summary>What was under way when something failed is written again.</summary>
    private void Rewind()
    {
        lock (_gate)
        {
            Rewind_NeedsLock(_confirmed, _rewritesUpTo > 0 ? 0 : _confirmed);
        }
    }

    /// <summary>What is behind the one position has to be confirmed again, and what is behind the other to be written.</summary>
    private void Rewind_NeedsLock(long confirmed, long written)
    {
        if (confirmed < _confirmed)
        {
            _confirmed = confirmed;
            _unconfirmed.Reset(_log.RowsAfter(confirmed));
        }

        if (written < _written)
        {
            _written = written;
            _writtenOf.Clear(); // less is written than was thought, whether it can be counted now or not
            Written_NeedsLock();
        }
    }

    /// <summary>Says of each origin how far its values are written, where that is not counted.</summary>
    private void Written_NeedsLock()
    {
        var firsts = _log.FirstsAfter(_written);
        _writtenOf.Clear();
        foreach (var (origin, counter) in _root.Delivered)
        {
            _writtenOf[origin] = firsts.TryGetValue(origin, out var first) ? Math.Min(counter, first - 1) : counter;
        }
    }

    private void Discard_NeedsLock(ReadOnlyMemory<byte> name)
    {
        if (_garbage.Count < GarbageMax)
        {
            _garbage.Enqueue((_time.GetTimestamp(), name));
        }
    }

    private async Task DeleteSomeAsync(RedisWriter writer)
    {
        List<ReadOnlyMemory<byte>> names = [];
        lock (_gate)
        {
            if (_pins == 0)
            {
                names.AddRange(_garbage.TakeWhile(one => _time.GetElapsedTime(one.FoundAt) >= _options.DeleteAfter).Take(DeletedAtOnce).Select(one => one.Name));
            }
        }

        if (names.Count == 0)
        {
            return;
        }

        await writer.DeleteAsync(names, _stopping.Token).ConfigureAwait(false);
        lock (_gate)
        {
            for (var i = 0; i < names.Count; i++)
            {
                _garbage.Dequeue();
            }
        }
    }

    /// <summary>
    /// Looks through all names of the cluster for those that no key names: left behind by a crash between writing and a checkpoint, by a snapshot, or by a
    /// replica that departed.
    /// </summary>
    private async Task SweepAsync()
    {
        lock (_gate)
        {
            if (_time.GetTimestamp() < _sweepAt)
            {
                return;
            }

            _sweepAt = After(_options.SweepInterval);
        }

        var found = 0;
        foreach (var master in (await _redis.SlotsAsync(_stopping.Token).ConfigureAwait(false)).Masters)
        {
            var connection = await _redis.OpenAsync(master, _stopping.Token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var cursor = "0";
                do
                {
                    _stopping.Token.ThrowIfCancellationRequested();
                    var reply = await connection.SendAsync(RedisCluster.AnswerWithin, "SCAN", cursor, "MATCH", _names!.Pattern, "COUNT", "1000").ConfigureAwait(false);
                    if (reply.Items is not [var next, { Items: { } names }])
                    {
                        throw new RedisException($"{master} says {reply.Error ?? "nothing that can be read"} to SCAN");
                    }

                    cursor = next.Text;
                    lock (_gate)
                    {
                        foreach (var name in names.Where(name => name.Bytes is not null && IsGarbage_NeedsLock(name.Bytes)))
                        {
                            Discard_NeedsLock(name.Bytes);
                            found++;
                        }
                    }
                }
                while (cursor != "0");
            }
        }

        _logger.ValuesSwept(found);
    }

    private bool IsGarbage_NeedsLock(byte[] name) => _names!.Parse(name) is var (owner, id)
        && (owner == _self
            ? _checkpoint.Delivered.Covers(id.Dot) && !Names(_checkpoint, id) && !Names(_root, id)
            : _root.Members.Find(owner)?.Status == MemberStatus.Departed);

    private void Tell(string? problem)
    {
        lock (_gate)
        {
            if (_problem == problem)
            {
                return;
            }

            _problem = problem;
        }

        if (problem is null)
        {
            _logger.RedisTakesValues();
        }
        else
        {
            _logger.RedisTakesNoValues(problem);
        }
    }

    private sealed class Pinned(ValueStore store) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                lock (store._gate)
                {
                    store._pins--;
                }
            }
        }
    }
}
