using System.Text;

namespace ReplicatedDs.Cli.Shell;

/// <summary>What the process gives to a command. Tests give something else.</summary>
internal sealed record Surroundings
{
    public required TextWriter Out { get; init; }

    /// <value>For bytes that are to arrive as they are.</value>
    public required Stream OutBytes { get; init; }

    public required TextWriter Error { get; init; }

    public required Stream In { get; init; }

    /// <value>People read the output: tables, colours.</value>
    public required bool IsTerminal { get; init; }

    /// <value>How wide the terminal is; <c>null</c>: as the console says.</value>
    public int? Columns { get; init; }

    /// <value>People read the error output: progress bars.</value>
    public required bool IsErrorTerminal { get; init; }

    /// <value>Somebody can answer a question.</value>
    public required bool CanAsk { get; init; }

    /// <value>The working folder.</value>
    public required string Folder { get; init; }

    /// <value>Environment variables.</value>
    public required Func<string, string?> Variable { get; init; }

    /// <value>Where the user's state lives.</value>
    public required string StateFolder { get; init; }

    public static Surroundings OfProcess()
    {
        if (!Console.IsOutputRedirected || !OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        return new Surroundings
        {
            Out = Console.Out,
            OutBytes = Console.OpenStandardOutput(),
            Error = Console.Error,
            In = Console.OpenStandardInput(),
            IsTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            Folder = Environment.CurrentDirectory,
            Variable = Environment.GetEnvironmentVariable,
            StateFolder = StateOf(Environment.GetEnvironmentVariable),
        };
    }

    private static string StateOf(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "rds");
        }

        return variable("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state)
            ? Path.Combine(state, "rds")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "rds");
    }
}
