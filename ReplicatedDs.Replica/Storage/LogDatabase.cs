using System.Globalization;
using Microsoft.Data.Sqlite;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// <c>log.db</c>: the updates in delivery order, a few large rows per append. One connection writes, others read beside it (WAL); in
/// memory mode one connection does both.
/// </summary>
internal sealed partial class LogDatabase : IDisposable
{
    public const string Name = "log.db";

    /// <summary>Bytes appended after which the write-ahead log is moved into the database; small appends make it four times as large.</summary>
    private const long MoveBytes = 4 << 20;

    /// <summary>What an append counts beside its bytes: however small it is, it puts three pages of 4 KiB into the write-ahead log, which is a quarter of that.</summary>
    private const long AppendCost = 3 << 10;

    private const long AheadBytesMax = 64 << 20;

    /// <summary>So many times as much is kept where others may need it.</summary>
    private const int KeptForOthers = 4;

    private const int ConstraintViolated = 19;
    private const int SyncFailed = 1034;

    private readonly string? _path;
    private readonly Durability _durability;
    private readonly StoreLimits _limits;
    private readonly SqliteSession _writer;
    private readonly Lock _writing = new();
    private readonly RowInsert _insertBatch;
    private readonly RowInsert _insertRange;

    // Appended and not in the database yet: what was no promise waits here for the next promise, so that many small appends become one transaction.
    private readonly RowBuffer _waiting;
    private long _inserted;
    private bool _hasFailed;
    private bool _syncs;
    private bool _isUnsynced;
    private volatile DurabilityLostException? _lost;
    private readonly Lock _flushing = new();
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _ahead;
    private volatile bool _isClosed;
    private long _toMove;
    private Task _moving = Task.CompletedTask;

    private LogDatabase(string? path, Durability durability, StoreLimits limits, SqliteSession writer)
    {
        _path = path;
        _durability = durability;
        _limits = limits;
        _writer = writer;
        _waiting = new RowBuffer(limits);
        _insertBatch = new RowInsert(writer.Connection, "INSERT INTO batches VALUES (?1, ?2)");
        _insertRange = new RowInsert(writer.Connection, "INSERT INTO ranges VALUES (?1, ?2, ?3, ?4)");
    }

    /// <summary>The position of the newest row, 0 if there is none. Rows that wait count.</summary>
    public long LastPosition
    {
        get
        {
            lock (_writing) // other threads may insert what waits
            {
                return _inserted + _waiting.Count;
            }
        }
    }

    /// <summary>Bytes of all rows in the database.</summary>
    public long Bytes { get; private set; }

    /// <summary>With more bytes than this a look at what may be forgotten is worth while.</summary>
    public long CutFrom => _limits.LogBytesKept + (_limits.LogBytesKept / 4);

    public bool IsEmpty => (long)_writer.Scalar("SELECT count(*) FROM (SELECT 1 FROM batches LIMIT 1)")! == 0;

    /// <param name="folder"><c>null</c>: in memory.</param>
    public static LogDatabase Open(string? folder, Durability durability, StoreLimits limits)
    {
        var path = folder is null ? null : Path.Combine(folder, Name);
        var writer = new SqliteSession(path);
        try
        {
            writer.Execute("PRAGMA journal_mode = WAL");
            if (path is not null)
            {
                writer.Execute("PRAGMA wal_autocheckpoint = 0"); // an append would have to wait for it: see MoveAhead
            }

            writer.Migrate(StoreSchema.Log, path ?? Name);
            var log = new LogDatabase(path, durability, limits, writer)
            {
                _inserted = (long)writer.Scalar("SELECT coalesce(max(position), 0) FROM batches")!,
                Bytes = (long)writer.Scalar("SELECT coalesce(sum(length(updates)), 0) FROM batches")!,
            };
            if (limits.LogPagesMax is { } pages)
            {
                writer.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
            }

            log.SetSync_NeedsLock(durability == Durability.Fsync);
            return log;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Positions up to this one were used before, though their rows may be gone.</summary>
    public void ContinueAfter(long position) => _inserted = Math.Max(_inserted, position);

    /// <summary>
    /// Counts this opening; on the disk on return, whatever the durability mode. So is then all that an earlier process had only handed to the operating system.
    /// </summary>
    public long IncrementBoot()
    {
        lock (_writing)
        {
            Synced_NeedsLock("INSERT INTO metadata VALUES ('boot', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
            FlushFile();
            return (long)_writer.Scalar("SELECT value FROM metadata WHERE name = 'boot'")!;
        }
    }

    /// <summary>Whose log this is; <c>null</c> if nobody's.</summary>
    public string? Owner => _writer.Scalar("SELECT value FROM metadata WHERE name = 'owner'") as string;

    /// <summary>Gives the empty log an owner; on the disk on return.</summary>
    public void SetOwner(string owner)
    {
        lock (_writing)
        {
            Synced_NeedsLock("INSERT INTO metadata VALUES ('owner', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", owner);
        }
    }

    /// <summary>
    /// Appends all or nothing. Without a promise it may wait in memory for the next append with one, or until so much waits that it is worth a transaction: the end of
    /// the process may then take it, as a crash of the system may take what was handed to it.
    /// </summary>
    /// <param name="updates">In delivery order.</param>
    /// <param name="isPromise">This append and all before it are durable on return, as the durability mode says.</param>
    /// <returns>The position of its last row, and the bytes of all of them.</returns>
    /// <exception cref="InvalidOperationException">The log holds one of the updates already. If it had to wait, that is said by a later append.</exception>
    public (long Position, long Bytes) Append(ReadOnlySpan<Update> updates, bool isPromise)
    {
        lock (_writing)
        {
            ThrowIfLost_NeedsLock();
            var (before, bytesBefore) = (_waiting.Count, _waiting.Bytes);
            try
            {
                _waiting.Add(updates);
                var appended = (LastPosition, (long)(_waiting.Bytes - bytesBefore));
                if (isPromise || _hasFailed || _waiting.Bytes >= _limits.WaitingBytesMax)
                {
                    Insert_NeedsLock(isPromise && _durability == Durability.Fsync);
                }

                return appended;
            }
            catch
            {
                _waiting.CutTo(before);
                throw;
            }
        }
    }

    /// <summary>A number kept beside the log; <c>null</c> if there is none.</summary>
    public long? Mark(string name)
    {
        lock (_writing)
        {
            return _writer.Scalar("SELECT value FROM metadata WHERE name = $1", name) as long?;
        }
    }

    /// <summary>Keeps a number beside the log; durable with the next append that is.</summary>
    public void SetMark(string name, long value)
    {
        lock (_writing)
        {
            _writer.Execute("INSERT INTO metadata VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
        }
    }

    /// <summary>
    /// The state jumped to <paramref name="delivered"/> without the log: of origins whose updates do not reach up to there, nothing before counts any more.
    /// </summary>
    public void Jump(VectorClock delivered)
    {
        lock (_writing)
        {
            Insert_NeedsLock(_durability == Durability.Fsync);
            SetSync_NeedsLock(_durability == Durability.Fsync);
            InTransaction_NeedsLock(() =>
            {
                foreach (var (origin, counter) in delivered)
                {
                    var last = _writer.Scalar("SELECT last FROM ranges WHERE origin = $1 ORDER BY first DESC LIMIT 1", origin.Value) as long? ?? 0;
                    if (last < counter)
                    {
                        Raise_NeedsLock(origin.Value, counter);
                    }
                }
            });
        }
    }

    /// <summary>
    /// Forgets up to <paramref name="rowsMax"/> of the oldest rows up to <paramref name="position"/>: as long as more than the limits say is kept,
    /// those that <paramref name="stable"/> covers; and those beyond the greatest size whatever they hold, beyond four times that if <paramref name="keepsUnstable"/>.
    /// </summary>
    /// <returns>Whether there may be more to forget.</returns>
    public bool Cut(long position, VectorClock stable, int rowsMax, bool keepsUnstable)
    {
        lock (_writing)
        {
            var (rows, bytes, last) = Oldest_NeedsLock(Math.Min(position, LastPosition), stable, rowsMax, keepsUnstable ? KeptForOthers * _limits.LogBytesMax : _limits.LogBytesMax);
            if (rows == 0)
            {
                return false;
            }

            InTransaction_NeedsLock(() =>
            {
                foreach (var origin in Origins_NeedsLock())
                {
                    Forget_NeedsLock(origin, last);
                }

                _writer.Execute("DELETE FROM batches WHERE position <= $1", last);
            });
            Bytes -= bytes;
            return rows == rowsMax;
        }
    }

    /// <summary>Makes everything that was appended durable, as the durability mode says.</summary>
    /// <exception cref="DurabilityLostException">Nobody can say what of it is on the disk.</exception>
    public void Sync()
    {
        lock (_writing)
        {
            ThrowIfLost_NeedsLock();
            Insert_NeedsLock(_durability == Durability.Fsync);
            if (_durability != Durability.Fsync || !_isUnsynced)
            {
                return;
            }

            try
            {
                FlushFile();
                _isUnsynced = false;
            }
            catch (IOException exception)
            {
                throw new DurabilityLostException(_path!, exception);
            }
        }
    }

    /// <summary>Puts on the disk what waits or was only handed to the operating system, so that a checkpoint never outlives the log that it rests on.</summary>
    /// <exception cref="IOException">
    /// It failed now or before. The system reports a failure once to who has the file open, so one that was reported holds for the life of this log.
    /// </exception>
    public void Flush()
    {
        InsertWaiting();
        FlushFile();
    }

    private void FlushFile()
    {
        var ahead = _path + "-wal";
        lock (_flushing)
        {
            if (_lost is { } lost)
            {
                throw new IOException(lost.Message, lost);
            }

            // The write-ahead log carries no locks of SQLite, so opening and closing it here disturbs none. What it no longer holds was synced when it was moved. It stays
            // open from the start, since a failure to write is reported to those who had the file open.
            if (_path is null || _isClosed || (_ahead is null && !File.Exists(ahead)))
            {
                return;
            }

            _ahead ??= File.OpenHandle(ahead, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                DiskSync.File(_ahead, ahead);
            }
            catch (IOException exception)
            {
                _lost = new DurabilityLostException(_path, exception);
                throw;
            }
        }
    }

    public void Dispose()
    {
        TryInsertWaiting();
        _isClosed = true;
        _moving.Wait(); // it never fails
        lock (_flushing)
        {
            _ahead?.Dispose();
        }

        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        lock (_writing)
        {
            _insertBatch.Dispose();
            _insertRange.Dispose();
            _writer.Dispose();
        }
    }

    /// <summary>
    /// Moves what the write-ahead log holds into the database beside the appends. Only when all of it is moved does the file begin again instead of growing:
    /// if it has become large, appends wait until the little that came meanwhile is moved as well.
    /// </summary>
    private void MoveAhead()
    {
        try
        {
            using var session = new Rental(this);
            session.Session.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (new FileInfo(_path + "-wal").Length < AheadBytesMax)
            {
                return; // likely nothing is appended for a moment before it has grown so far
            }

            lock (_writing)
            {
                session.Session.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            }
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception) || exception is ObjectDisposedException)
        {
            // Nothing is lost: it is in the write-ahead log, and tried again. A full disk is noticed by the append.
        }
    }

    /// <summary>Nobody was told yet that what waits is durable, and who needs that is told then what is wrong.</summary>
    private void TryInsertWaiting()
    {
        try
        {
            InsertWaiting();
        }
        catch (Exception exception) when (StorageErrors.IsStorage(exception) || exception is DurabilityLostException or InvalidOperationException)
        {
        }
    }

    private void InsertWaiting()
    {
        lock (_writing)
        {
            ThrowIfLost_NeedsLock();
            Insert_NeedsLock(syncs: false);
        }
    }

    /// <summary>Puts all rows that wait into the database, or none.</summary>
    private void Insert_NeedsLock(bool syncs)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        _hasFailed = true;
        SetSync_NeedsLock(syncs);
        try
        {
            InTransaction_NeedsLock(InsertRows_NeedsLock);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == ConstraintViolated)
        {
            // No fault of the disk, so nothing to wait for.
            throw new InvalidOperationException("An update was appended that the log holds already.", exception);
        }

        _hasFailed = false;
        _isUnsynced = !syncs;
        _inserted += _waiting.Count;
        Bytes += _waiting.Bytes;
        _toMove += _waiting.Bytes + AppendCost;
        _waiting.CutTo(0);
        if (_toMove >= MoveBytes && _path is not null && _moving.IsCompleted)
        {
            _toMove = 0;
            _moving = Task.Run(MoveAhead);
        }
    }

    private void InsertRows_NeedsLock()
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var position = _inserted + 1 + i;
            _insertBatch.Execute(position, _waiting.Row(i));
            foreach (var (origin, first, last) in _waiting.RangesOf(i))
            {
                _insertRange.Execute(origin.Value, first, last, position);
            }
        }
    }

    /// <summary>How many rows may go, their bytes, and the position of the last of them.</summary>
    private (int Rows, long Bytes, long Last) Oldest_NeedsLock(long position, VectorClock stable, int rowsMax, long bytesMax)
    {
        var unstable = FirstUnstable_NeedsLock(stable);
        var (count, freed, last) = (0, 0L, 0L);
        using var rows = _writer.Prepare(
            "SELECT position, length(updates) FROM batches WHERE position <= $1 ORDER BY position LIMIT $2", position, rowsMax).ExecuteReader();
        while (rows.Read() && Bytes - freed > (rows.GetInt64(0) < unstable ? _limits.LogBytesKept : bytesMax))
        {
            (count, freed, last) = (count + 1, freed + rows.GetInt64(1), rows.GetInt64(0));
        }

        return (count, freed, last);
    }

    /// <summary>The position of the first row with an update that is not stable.</summary>
    private long FirstUnstable_NeedsLock(VectorClock stable)
    {
        var first = long.MaxValue;
        foreach (var origin in Origins_NeedsLock())
        {
            var found = _writer.Scalar(
                "SELECT position FROM ranges WHERE origin = $1 AND last > $2 ORDER BY first LIMIT 1", origin, stable[new ReplicaId((int)origin)]);
            first = Math.Min(first, found as long? ?? long.MaxValue);
        }

        return first;
    }

    /// <summary>All origins in the log: from one to the next by the key, since there are many ranges of few origins.</summary>
    private List<long> Origins_NeedsLock()
    {
        var origins = new List<long>();
        for (long? next = 0; next is not null;)
        {
            next = _writer.Scalar("SELECT min(origin) FROM ranges WHERE origin > $1", next.Value) as long?;
            if (next is { } origin)
            {
                origins.Add(origin);
            }
        }

        return origins;
    }

    /// <summary>Forgets the ranges of an origin in rows up to <paramref name="position"/>. They are in the same order as the rows.</summary>
    private void Forget_NeedsLock(long origin, long position)
    {
        var (first, last) = (0L, 0L);
        using (var ranges = _writer.Prepare("SELECT first, last, position FROM ranges WHERE origin = $1 ORDER BY first", origin).ExecuteReader())
        {
            while (ranges.Read() && ranges.GetInt64(2) <= position)
            {
                (first, last) = (ranges.GetInt64(0), ranges.GetInt64(1));
            }
        }

        if (first > 0)
        {
            _writer.Execute("DELETE FROM ranges WHERE origin = $1 AND first <= $2", origin, first);
            Raise_NeedsLock(origin, last);
        }
    }

    private void Raise_NeedsLock(long origin, long counter) => _writer.Execute(
        "INSERT INTO floors VALUES ($1, $2) ON CONFLICT (origin) DO UPDATE SET counter = max(counter, excluded.counter)", origin, counter);

    private void InTransaction_NeedsLock(Action action)
    {
        try
        {
            _writer.InTransaction(action);
        }
        catch (SqliteException exception) when (exception.SqliteExtendedErrorCode == SyncFailed && _isUnsynced)
        {
            throw _lost = new DurabilityLostException(_path!, exception); // this transaction is undone, but appends before it count as delivered
        }
    }

    private void ThrowIfLost_NeedsLock()
    {
        if (_lost is not null)
        {
            throw new DurabilityLostException(_path!, _lost.InnerException!);
        }
    }

    private void Synced_NeedsLock(string sql, params ReadOnlySpan<object> parameters)
    {
        SetSync_NeedsLock(true);
        _writer.Execute(sql, parameters);
    }

    /// <summary>Whether a transaction waits until it, and with it all before it, is on the disk.</summary>
    private void SetSync_NeedsLock(bool syncs)
    {
        if (_syncs != syncs)
        {
            _writer.Execute(syncs ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _syncs = syncs;
        }
    }
}
