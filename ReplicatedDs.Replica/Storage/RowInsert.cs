using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// A prepared statement that is carried out for every append: bound from memory that is used again, while a command of the provider wants an array of the
/// exact size each time.
/// </summary>
internal sealed class RowInsert : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public RowInsert(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <exception cref="SqliteException">Nothing was inserted.</exception>
    public void Execute(long first, ReadOnlySpan<byte> blob)
    {
        Check(raw.sqlite3_bind_int64(_statement, 1, first));
        Check(raw.sqlite3_bind_blob(_statement, 2, blob));
        Step();
    }

    /// <exception cref="SqliteException">Nothing was inserted.</exception>
    public void Execute(params ReadOnlySpan<long> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            Check(raw.sqlite3_bind_int64(_statement, i + 1, numbers[i]));
        }

        Step();
    }

    public void Dispose() => _statement.Dispose();

    private void Step()
    {
        var code = raw.sqlite3_step(_statement);
        var reset = raw.sqlite3_reset(_statement);
        raw.sqlite3_clear_bindings(_statement);
        if (code != raw.SQLITE_DONE)
        {
            Check(code);
            Check(reset);
        }
    }

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
