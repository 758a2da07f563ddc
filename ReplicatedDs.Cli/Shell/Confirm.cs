using System.CommandLine;
using System.Text;

namespace ReplicatedDs.Cli.Shell;

/// <summary>Asks before what cannot be undone.</summary>
internal static class Confirm
{
    public static Option<bool> Option() => new("--yes", "-y") { Description = "Do not ask" };

    /// <exception cref="RdsException">Nobody can answer, or the answer is no.</exception>
    public static async Task RequireAsync(Invocation run, bool yes, string question)
    {
        if (yes)
        {
            return;
        }

        if (!run.Surroundings.CanAsk)
        {
            throw new RdsException(ExitCodes.BadUsage, $"{question} Nobody can be asked here: repeat it with --yes.");
        }

        await run.Surroundings.Error.WriteAsync($"{question} [y/N] ");
        await run.Surroundings.Error.FlushAsync();
        using var reader = new StreamReader(run.Surroundings.In, Encoding.UTF8, leaveOpen: true);
        var answer = (await reader.ReadLineAsync(run.Cancellation))?.Trim();
        if (answer is not ("y" or "Y" or "yes" or "Yes"))
        {
            throw new RdsException(ExitCodes.No, "Nothing was done.");
        }
    }
}
