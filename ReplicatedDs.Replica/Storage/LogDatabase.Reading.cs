using System.Collections.Concurrent;
using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Replica.Storage;

/// <summary>What the log holds, for recovery, for peers and for checkpoints. Rows that wait count, and are put into the database for who wants their updates.</summary>
internal sealed partial class LogDatabase
{
    // The range that holds an update, found from its start: ranges of one origin do not overlap.
    private const string SelectRanges = """
        SELECT b.updates FROM ranges r JOIN batches b ON b.position = r.position
        WHERE r.origin = $1 AND r.first <= $3
            AND r.first >= (SELECT max(first) FROM ranges WHERE origin = $1 AND first <= $2)
        ORDER BY r.first
        """;

    private const int ReadersKept = 8;

    private readonly ConcurrentBag<SqliteSession> _readers = [];

    /// <summary>The updates behind a position, in delivery order.</summary>
    public IEnumerable<Update> ReadFrom(long position)
    {
        using var session = new Rental(this);
        using var rows = session.Session.Prepare("SELECT updates FROM batches WHERE position > $1 ORDER BY position", position).ExecuteReader();
        while (rows.Read())
        {
            foreach (var update in UpdateCodec.ReadBatch(rows.GetFieldValue<byte[]>(0)))
            {
                yield return update;
            }
        }
    }

    /// <summary>
    /// The updates of the rows behind a position up to another, whole rows of about so many bytes, and the position of the last of them. What waits and finds no space
    /// is not among them.
    /// </summary>
    public (long Last, long Bytes, IReadOnlyList<Update> Updates) ReadRows(long after, long upTo, long bytesMax)
    {
        TryInsertWaiting();
        lock (_writing)
        {
            upTo = Math.Min(upTo, _inserted);
        }

        if (upTo <= after)
        {
            return (after, 0, []);
        }

        using var session = new Rental(this);
        using var rows = session.Session.Prepare(
            "SELECT position, updates FROM batches WHERE position > $1 AND position <= $2 ORDER BY position", after, upTo).ExecuteReader();
        var (last, bytes, updates) = (upTo, 0L, new List<Update>());
        while (rows.Read())
        {
            var row = rows.GetFieldValue<byte[]>(1);
            updates.AddRange(UpdateCodec.ReadBatch(row));
            bytes += row.Length;
            if (bytes >= bytesMax)
            {
                last = rows.GetInt64(0);
                break;
            }
        }

        return (last, bytes, updates);
    }

    /// <summary>The rows behind a position, and their bytes.</summary>
    public IReadOnlyList<(long Position, long Bytes)> RowsAfter(long position)
    {
        var (end, waiting) = Waiting((row, at) => at > position ? [(at, (long)_waiting.Row(row).Length)] : Array.Empty<(long, long)>());
        using var session = new Rental(this);
        using var rows = session.Session.Prepare("SELECT position, length(updates) FROM batches WHERE position > $1 AND position < $2 ORDER BY position", position, end).ExecuteReader();
        var found = new List<(long, long)>();
        while (rows.Read())
        {
            found.Add((rows.GetInt64(0), rows.GetInt64(1)));
        }

        found.AddRange(waiting);
        return found;
    }

    /// <summary>The first update of each origin behind a position.</summary>
    public IReadOnlyDictionary<ReplicaId, long> FirstsAfter(long position)
    {
        var (end, waiting) = Waiting((row, at) => at > position ? _waiting.RangesOf(row).ToArray() : []);
        using var session = new Rental(this);
        using var rows = session.Session.Prepare("SELECT origin, min(first) FROM ranges WHERE position > $1 AND position < $2 GROUP BY origin", position, end).ExecuteReader();
        var found = new Dictionary<ReplicaId, long>();
        while (rows.Read())
        {
            found.Add(new ReplicaId(rows.GetInt32(0)), rows.GetInt64(1));
        }

        foreach (var (origin, first, _) in waiting)
        {
            found.TryAdd(origin, first);
        }

        return found;
    }

    public ImmutableArray<Update> Read(ReplicaId origin, long first, long last, long budget, CancellationToken cancellationToken)
    {
        TryInsertWaiting();
        using var session = new Rental(this);
        using var rows = session.Session.Prepare(SelectRanges, origin.Value, first, last).ExecuteReader();
        var found = ImmutableArray.CreateBuilder<Update>();
        while (rows.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var update in UpdateCodec.ReadBatch(rows.GetFieldValue<byte[]>(0)))
            {
                if (update.Origin != origin || update.Dot.Counter < first)
                {
                    continue;
                }

                budget -= UpdateSize.Of(update);

                // A counter that is not the next one: the rows between were cut off, or are not there yet.
                if (update.Dot.Counter != first + found.Count || update.Dot.Counter > last || (budget < 0 && found.Count > 0))
                {
                    return found.ToImmutable();
                }

                found.Add(update);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Up to which counter the updates of <paramref name="origin"/> are not, or not all, here any more; 0 if all of them are.</summary>
    public long FloorOf(ReplicaId origin)
    {
        using var session = new Rental(this);
        return session.Session.Scalar("SELECT counter FROM floors WHERE origin = $1", origin.Value) as long? ?? 0;
    }

    /// <summary>What is asked of each row that waits, in order, and the position of the first of them: what is inserted meanwhile is not to be told twice.</summary>
    private (long End, List<T> Found) Waiting<T>(Func<int, long, T[]> of)
    {
        lock (_writing)
        {
            var found = new List<T>();
            for (var i = 0; i < _waiting.Count; i++)
            {
                found.AddRange(of(i, _inserted + 1 + i));
            }

            return (_inserted + 1, found);
        }
    }

    /// <summary>A connection for reading, given back at the end; in memory mode the writer's, held for as long.</summary>
    private readonly struct Rental : IDisposable
    {
        private readonly LogDatabase _log;

        public Rental(LogDatabase log)
        {
            _log = log;
            ObjectDisposedException.ThrowIf(log._isClosed, log);
            if (log._path is null)
            {
                log._writing.Enter();
                Session = log._writer;
                return;
            }

            if (!log._readers.TryTake(out var reader))
            {
                reader = new SqliteSession(log._path);
                reader.Execute("PRAGMA query_only = 1");
            }

            Session = reader;
        }

        public SqliteSession Session { get; }

        public void Dispose()
        {
            if (_log._path is null)
            {
                _log._writing.Exit();
            }
            else if (_log._isClosed || _log._readers.Count >= ReadersKept)
            {
                Session.Dispose();
            }
            else
            {
                _log._readers.Add(Session);
            }
        }
    }
}
