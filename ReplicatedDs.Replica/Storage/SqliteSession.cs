using Microsoft.Data.Sqlite;

namespace ReplicatedDs.Replica.Storage;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    /// <param name="path">The database; <c>null</c> makes one in memory, which belongs to this connection.</param>
    public SqliteSession(string? path)
    {
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path ?? ":memory:",
            // A pooled connection would keep the files open after the store is closed.
            Pooling = false,
        }.ConnectionString);
        try
        {
            Connection.Open();
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <summary>A prepared statement, kept for the next time. Its parameters are numbered from <c>$1</c>.</summary>
    public SqliteCommand Prepare(string sql, params ReadOnlySpan<object> parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = Connection.CreateCommand();
            command.CommandText = sql;
        }

        command.Parameters.Clear();
        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", parameters[i]);
        }

        return command;
    }

    public void Execute(string sql, params ReadOnlySpan<object> parameters) => Prepare(sql, parameters).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object> parameters) => Prepare(sql, parameters).ExecuteScalar();

    /// <summary>All of it, or after an exception nothing.</summary>
    public void InTransaction(Action action)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            action();
            Execute("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Brings the database to the newest format, in one piece; refuses one that a newer program wrote.</summary>
    /// <param name="scripts">The n-th brings format version n - 1 to n; an empty database has version 0.</param>
    /// <param name="path">For the message.</param>
    public void Migrate(IReadOnlyList<string> scripts, string path)
    {
        var found = (long)Scalar("PRAGMA user_version")!;
        if (found > scripts.Count)
        {
            throw new StorageUnavailableException(
                $"{path} has format version {found}; this program reads versions up to {scripts.Count}. Start the program that wrote it, or a newer one.", false);
        }

        if (found < scripts.Count)
        {
            InTransaction(() =>
            {
                foreach (var script in scripts.Skip((int)found))
                {
                    Execute(script);
                }

                Execute($"PRAGMA user_version = {scripts.Count}");
            });
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        Connection.Dispose();
    }

    /// <summary>SQLite ends a transaction by itself after some errors; then there is nothing to roll back.</summary>
    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }
}
