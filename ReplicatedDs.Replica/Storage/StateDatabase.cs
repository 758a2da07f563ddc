using System.Buffers;
using System.Text;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// <c>state.db</c>: the last checkpoint, one row per key and one for the rest. It is whole by itself: with it, only the log behind its
/// position is needed. Used by one thread at a time.
/// </summary>
internal sealed class StateDatabase : IDisposable
{
    public const string Name = "state.db";

    private readonly SqliteSession _session;

    private StateDatabase(SqliteSession session) => _session = session;

    /// <summary>Up to where the log is contained; <c>null</c> without a checkpoint.</summary>
    public long? Position => (long?)_session.Scalar("SELECT position FROM checkpoint");

    /// <param name="folder"><c>null</c>: in memory.</param>
    public static StateDatabase Open(string? folder)
    {
        var path = folder is null ? null : Path.Combine(folder, Name);
        var session = new SqliteSession(path);
        try
        {
            session.Execute("PRAGMA journal_mode = WAL");
            session.Execute("PRAGMA synchronous = FULL");
            session.Execute("PRAGMA cache_size = -8192");
            session.Migrate(StoreSchema.State, path ?? Name);
            return new StateDatabase(session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Replaces everything by <paramref name="state"/>.</summary>
    public void WriteAll(ReplicaState state, long position) => _session.InTransaction(() =>
    {
        _session.Execute("DELETE FROM keys");
        Write(state, state.Keys.All.Select(static pair => pair.Key), position, CancellationToken.None);
    });

    /// <summary>Brings the checkpoint to <paramref name="state"/>, which differs from it in the given keys.</summary>
    public void WriteChanges(ReplicaState state, IEnumerable<string> changedKeys, long position, CancellationToken cancellationToken)
    {
        // In their order in the database, so that each of its pages is touched once.
        string[] sorted = [.. changedKeys];
        Array.Sort(sorted, StringComparer.Ordinal);
        _session.InTransaction(() => Write(state, sorted, position, cancellationToken));
    }

    public (ReplicaState State, long Position) Read()
    {
        using var checkpoint = _session.Prepare("SELECT header, position FROM checkpoint").ExecuteReader();
        if (!checkpoint.Read())
        {
            throw new WireFormatException($"{Name} holds no checkpoint.");
        }

        var space = KeySpace.Empty.ToBuilder();
        using var keys = _session.Prepare("SELECT key, state FROM keys").ExecuteReader();
        while (keys.Read())
        {
            space.Set(Encoding.UTF8.GetString(keys.GetFieldValue<byte[]>(0)), StateCodec.ReadKey(keys.GetFieldValue<byte[]>(1)));
        }

        return (StateCodec.ReadHeader(checkpoint.GetFieldValue<byte[]>(0), space.ToKeySpace()), checkpoint.GetInt64(1));
    }

    public void Dispose() => _session.Dispose();

    private void Write(ReplicaState state, IEnumerable<string> keys, long position, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Encoding.UTF8.GetBytes(key);
            if (state.Keys.Find(key) is not { } value)
            {
                _session.Execute("DELETE FROM keys WHERE key = $1", name);
                continue;
            }

            buffer.ResetWrittenCount();
            StateCodec.WriteKey(buffer, value);
            _session.Execute(
                "INSERT INTO keys VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET state = excluded.state", name, buffer.WrittenSpan.ToArray());
        }

        buffer.ResetWrittenCount();
        StateCodec.WriteHeader(buffer, state);
        _session.Execute(
            "INSERT INTO checkpoint VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET header = excluded.header, position = excluded.position",
            buffer.WrittenSpan.ToArray(),
            position);
    }
}
