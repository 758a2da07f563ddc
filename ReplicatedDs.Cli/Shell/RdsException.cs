namespace ReplicatedDs.Cli.Shell;

/// <summary>Ends the command with a sentence and an exit code.</summary>
internal sealed class RdsException(int exitCode, string sentence) : Exception(sentence)
{
    public int ExitCode { get; } = exitCode;
}
