namespace ReplicatedDs.AppHost.Settings;

/// <summary>Reads the switches strictly: .NET's own provider ignores what it does not know, and takes a switch for another's value.</summary>
internal static class CommandLine
{
    /// <summary>True if the switches ask for help instead of a cluster.</summary>
    /// <exception cref="RefusedException">Something is not a known switch with a value.</exception>
    public static bool AsksForHelp(IReadOnlyList<string> args)
    {
        if (args.Any(argument => argument is "--help" or "-h" or "-?"))
        {
            return true;
        }

        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || args[i].Length == 2)
            {
                throw new RefusedException($"'{args[i]}' is not a switch; --help lists them.");
            }

            var parts = args[i][2..].Split('=', 2);
            var setting = SettingsTable.Find(parts[0]);
            if (setting is null && !SettingsTable.IsFree(parts[0]))
            {
                throw new RefusedException($"There is no switch --{parts[0]}; --help lists them.");
            }

            if (parts.Length == 1 && (++i == args.Count || args[i].StartsWith("--", StringComparison.Ordinal)))
            {
                throw new RefusedException($"--{parts[0]} needs a value{(setting is null ? "" : $": {setting.Expected}")}.");
            }
        }

        return false;
    }
}
