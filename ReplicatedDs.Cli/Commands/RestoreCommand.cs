using System.CommandLine;
using ReplicatedDs.Cli.Backups;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class RestoreCommand
{
    public static Command Create(Bind bind)
    {
        var file = new Argument<string>("file") { Description = "What 'rds backup' wrote" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Also keys that have a value in this cluster; without it the first such key ends the restore" };
        var yes = Confirm.Option();
        var command = new Command("restore", "Write the keys of a backup into this cluster") { file, overwrite, yes };
        bind(command, async run =>
        {
            var path = Path.GetFullPath(run.Get(file), run.Surroundings.Folder);
            var state = await BackupFile.ReadAsync(path, run.Cancellation);
            var keys = state.Keys.All.Count(pair => pair.Value.IsPresent);
            var cluster = await run.ClusterAsync();
            await Confirm.RequireAsync(run, run.Get(yes), $"Write {keys} keys{(run.Get(overwrite) ? ", over what is there," : "")} into the cluster {cluster.Id}?");
            var restore = new Restore(await run.SessionAsync(), run.Get(overwrite));
            try
            {
                await Waiting.ForAsync(run, $"restoring {keys} keys", async () =>
                {
                    foreach (var (key, value) in state.Keys.All)
                    {
                        await restore.AddAsync(key, value, run.Cancellation);
                    }

                    await restore.CommitAsync(run.Cancellation);
                    return restore.Keys;
                });
            }
            catch (ConditionFailedException exception)
            {
                throw new RdsException(ExitCodes.No, $"A key of the backup has a value in this cluster: {exception.Message} What was restored before it stays; --overwrite goes over the rest.");
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(new { keys = restore.Keys, siblingsLeft = restore.LosersLeft });
                return ExitCodes.Ok;
            }

            run.Printer.Line($"{restore.Keys} keys are restored.");
            if (restore.LosersLeft > 0)
            {
                run.Printer.Note($"{restore.LosersLeft} keys had concurrent values; the winner of each was restored.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
