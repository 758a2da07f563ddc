using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class ResetCommand
{
    public static Command Create(Bind bind)
    {
        var folder = new Argument<string>("folder") { DefaultValueFactory = _ => ".data", Description = "The data folder" };
        var yes = Confirm.Option();
        var command = new Command("reset", "Delete a local data folder, with everything that its cluster stored") { folder, yes };
        bind(command, async run =>
        {
            var path = Path.GetFullPath(run.Get(folder), run.Surroundings.Folder);
            if (!Directory.Exists(path))
            {
                throw new RdsException(ExitCodes.No, $"There is no folder {path}.");
            }

            if (!IsDataFolder(path))
            {
                throw new RdsException(ExitCodes.BadUsage, $"{path} is not the data folder of a cluster: it has no apphost.lock and no cluster.key. Nothing was deleted.");
            }

            // Held until the folder is gone, so that no cluster starts in it meanwhile.
            using var held = Lock(path);
            var size = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
            await Confirm.RequireAsync(run, run.Get(yes), $"Delete {path} ({Times.Bytes(size)}) with everything in it?");
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new RdsException(ExitCodes.Refused, $"Not everything could be deleted: {exception.Message}");
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(new { deleted = path, bytes = size });
            }
            else
            {
                run.Printer.Line($"{path} is deleted.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static bool IsDataFolder(string path) =>
        new DirectoryInfo(path).LinkTarget is null && File.Exists(Path.Combine(path, "apphost.lock")) && File.Exists(Path.Combine(path, "cluster.key"));

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, "apphost.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RdsException(ExitCodes.Refused, $"A cluster runs in {path}: stop it first. Nothing was deleted.");
        }
    }
}
