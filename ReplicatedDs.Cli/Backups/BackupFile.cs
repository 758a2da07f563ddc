using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Backups;

/// <summary>A file that <c>rds backup</c> wrote: a replica's snapshot.</summary>
internal static class BackupFile
{
    /// <exception cref="RdsException">There is no such file, or it is no whole backup.</exception>
    public static async Task<ReplicaState> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
            var state = await SnapshotCodec.ReadAsync(source, cancellation);
            return source.ReadByte() < 0 ? state : throw new RdsException(ExitCodes.BadUsage, $"{path} goes on behind the end of its backup.");
        }
        catch (WireFormatException exception)
        {
            throw new RdsException(ExitCodes.BadUsage, $"{path} is no whole backup: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RdsException(ExitCodes.BadUsage, $"{path} cannot be read: {exception.Message}");
        }
    }
}
