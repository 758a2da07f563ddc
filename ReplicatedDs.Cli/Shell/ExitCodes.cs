namespace ReplicatedDs.Cli.Shell;

/// <summary>What <c>rds</c> tells a script; described in docs/rds.md.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The answer is no: the key has no value, the condition does not hold, the history is not causal.</summary>
    public const int No = 1;

    /// <summary>The command line, or a file it names, is wrong.</summary>
    public const int BadUsage = 2;

    /// <summary>Nobody answered in time; the same command may succeed later.</summary>
    public const int Unavailable = 3;

    /// <summary>A replica or the AppHost refused, and will again.</summary>
    public const int Refused = 4;

    /// <summary>Ended by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
