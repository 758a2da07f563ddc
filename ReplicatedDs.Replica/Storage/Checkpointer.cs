using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// Writes checkpoints in the background from published roots. It works on roots that nobody changes and on a database of its own, so
/// appends go on meanwhile. A failed checkpoint is tried again; the log holds everything until one succeeds.
/// </summary>
internal sealed class Checkpointer : IAsyncDisposable
{
    private readonly StateDatabase _database;
    private readonly Action _flushLog;
    private readonly Func<long, VectorClock, ReplicaState, bool> _cutLog;
    private readonly Func<Exception, string> _explain;
    private readonly ValueStore? _values;
    private readonly StoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();

    // Appends whose updates are not all in _root yet, oldest first. A root covers an append as soon as it covers its last dot,
    // because updates are applied in the order in which they are appended.
    private readonly Queue<(long Position, Dot Last)> _appended = new();
    private readonly ChangedKeys _changedKeys = new();
    private ReplicaState? _root;
    private VectorClock _stable = VectorClock.Empty;
    private long _rootPosition;
    private long _bytes;
    private bool _isDirty;
    private TaskCompletionSource _dirty = NewSignal();
    private TaskCompletionSource _due = NewSignal();
    private readonly Task _worker;

    public Checkpointer(
        StateDatabase database,
        Action flushLog,
        Func<long, VectorClock, ReplicaState, bool> cutLog,
        Func<Exception, string> explain,
        ValueStore? values,
        StoreLimits limits,
        TimeProvider time,
        ILogger logger)
    {
        _database = database;
        _flushLog = flushLog;
        _cutLog = cutLog;
        _explain = explain;
        _values = values;
        _limits = limits;
        _time = time;
        _logger = logger;
        _worker = Task.Run(RunAsync);
    }

    /// <summary>For <see cref="ReplicaCore.ChangesSince"/>; from any thread.</summary>
    public VectorClock ChangesSince => _changedKeys.Since;

    /// <summary>Starts from a state that was read: the given keys are in the log but not in the checkpoint.</summary>
    public void Start(ReplicaState state, long position, IEnumerable<string> changedKeys)
    {
        lock (_gate)
        {
            _root = state;
            _rootPosition = position;
            _changedKeys.Restart(state.Delivered, changedKeys);
            if (_changedKeys.Count > 0)
            {
                MarkDirty_NeedsLock();
            }
        }
    }

    public void Appended(long position, Dot last, long bytes)
    {
        lock (_gate)
        {
            _appended.Enqueue((position, last));
            _bytes += bytes;
        }
    }

    public void Published(ReplicaState state, ImmutableArray<Update> updates, ImmutableArray<string> collected, VectorClock stable, KeyChanges changes)
    {
        lock (_gate)
        {
            _root = state;
            _stable = stable;
            while (_appended.TryPeek(out var append) && state.Delivered.Covers(append.Last))
            {
                _rootPosition = _appended.Dequeue().Position;
            }

            _changedKeys.Add(updates, changes, collected);
            _values?.Published(state, _rootPosition);
            if (!updates.IsEmpty || !collected.IsEmpty)
            {
                MarkDirty_NeedsLock();
            }

            if (_bytes >= _limits.CheckpointBytes)
            {
                _due.TrySetResult();
            }
        }
    }

    /// <summary>Replaces the checkpoint by a state that does not follow from the log.</summary>
    public async Task InstallAsync(ReplicaState state, long position, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(
                () =>
                {
                    _flushLog();
                    _database.WriteAll(state, position);
                },
                cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                (_root, _rootPosition, _bytes) = (state, position, 0);
                _changedKeys.Restart(state.Delivered);
                _appended.Clear();
                _values?.Installed(state, position);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes what was published so far. Does nothing if all of it is in the checkpoint.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Write(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Stops after a last checkpoint, so that the next start has nothing to replay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        await TryWriteAsync(CancellationToken.None).ConfigureAwait(false);
        _stopping.Dispose();
        _writing.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Task dirty;
                Task due;
                lock (_gate)
                {
                    dirty = _dirty.Task;
                    due = _due.Task;
                }

                await dirty.WaitAsync(_stopping.Token).ConfigureAwait(false);
                await Task.WhenAny(due, Task.Delay(_limits.CheckpointInterval, _time, _stopping.Token)).ConfigureAwait(false);
                _stopping.Token.ThrowIfCancellationRequested();
                if (!await TryWriteAsync(_stopping.Token).ConfigureAwait(false))
                {
                    await Task.Delay(_limits.CheckpointInterval, _time, _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception) || exception is ArgumentException or DurabilityLostException or InvalidOperationException)
        {
            _logger.CheckpointFailed(_explain(exception));
            return false;
        }
    }

    private void Write(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> keys;
        ReplicaState root;
        VectorClock stable;
        long position;
        long bytes;
        lock (_gate)
        {
            if (!_isDirty || _root is null)
            {
                return;
            }

            (root, stable, position, bytes) = (_root, _stable, _rootPosition, _bytes);
            keys = _changedKeys.Take(root.Delivered);
            _bytes = 0;
            _isDirty = false;
            _dirty = NewSignal();
            _due = NewSignal();
        }

        try
        {
            _flushLog();
            _database.WriteChanges(root, keys, position, cancellationToken);
            _logger.CheckpointWritten(position, keys.Count);
            var cut = _values?.Checkpointed(root, keys, position) ?? position;
            while (_cutLog(cut, stable, root))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            lock (_gate)
            {
                _changedKeys.PutBack(keys);
                _bytes += bytes;
                MarkDirty_NeedsLock();
            }

            throw;
        }
    }

    private void MarkDirty_NeedsLock()
    {
        _isDirty = true;
        _dirty.TrySetResult();
    }
}
