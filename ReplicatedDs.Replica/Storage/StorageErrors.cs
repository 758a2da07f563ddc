using Microsoft.Data.Sqlite;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Replica.Storage;

/// <summary>Turns what SQLite and the file system say into one sentence.</summary>
internal static class StorageErrors
{
    // Result codes of SQLite: https://sqlite.org/rescode.html
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static bool IsStorage(Exception exception) =>
        exception is SqliteException or IOException or UnauthorizedAccessException or WireFormatException;

    public static StorageUnavailableException Wrap(string folder, Exception exception)
    {
        if (exception is WireFormatException)
        {
            return new($"The data in {folder} is damaged ({Trim(exception)}): move the folder aside and let the replica join anew.", false, exception);
        }

        var code = (exception as SqliteException)?.SqliteErrorCode ?? 0;
        return code switch
        {
            Full => new($"There is no space left for {folder}: free some, and writes are taken again.", true, exception),
            Busy => new($"The data in {folder} is in use by another process.", false, exception),
            ReadOnly or CannotOpen => new($"The folder {folder} cannot be written: check that it exists and that this process may write to it.", false, exception),
            Corrupt or NotADatabase => new($"The data in {folder} is damaged ({Trim(exception)}): move the folder aside and let the replica join anew.", false, exception),
            _ when FolderUsage.Free(folder) is >= 0 and < 1 << 20 => new($"There is no space left for {folder}: free some, and writes are taken again.", true, exception),
            _ => new($"The folder {folder} cannot be used ({Trim(exception)}).", false, exception),
        };
    }

    private static string Trim(Exception exception) => exception.Message.TrimEnd('.');
}
