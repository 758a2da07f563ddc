using System.CommandLine;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Cli.Backups;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Cli.Commands;

internal static class BackupCommand
{
    public static Command Create(Bind bind)
    {
        var file = new Argument<string>("file") { Description = "Where to write it; an existing file is replaced when the new one is whole" };
        var command = new Command("backup", "Write everything that one replica holds to a file, at one causal cut, while the cluster runs") { file };
        bind(command, async run =>
        {
            var path = Path.GetFullPath(run.Get(file), run.Surroundings.Folder);
            var part = path + ".part";
            var replica = (await run.ClusterAsync()).First;
            var client = await run.ClientAsync();
            ReplicaState state;
            try
            {
                await using (var target = new FileStream(part, Private(FileMode.Create)))
                {
                    await Waiting.ForAsync(run, $"reading everything of {replica.Label}", async () =>
                    {
                        await client.At(replica.Http).BackUpAsync(target, run.Cancellation);
                        await target.FlushAsync(run.Cancellation);
                        DiskSync.File(target.SafeFileHandle, part);
                        return target.Length;
                    });
                }

                state = await BackupFile.ReadAsync(part, run.Cancellation); // a stream that was cut is no backup
                File.Move(part, path, overwrite: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new RdsException(ExitCodes.BadUsage, $"The backup cannot be written: {exception.Message}");
            }
            finally
            {
                File.Delete(part);
            }

            var keys = state.Keys.All.Count(pair => pair.Value.IsPresent);
            if (run.Printer.IsJson)
            {
                run.Printer.Json(new { file = path, replica = replica.Id, keys, bytes = new FileInfo(path).Length, clock = state.Delivered.ToString() });
            }
            else
            {
                run.Printer.Line($"{keys} keys of {replica.Label} at {state.Delivered} are in {path} ({Times.Bytes(new FileInfo(path).Length)}).");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>It holds every value: for its owner only.</summary>
    private static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
