using System.Diagnostics;

namespace ReplicatedDs.PrivateNetworks;

/// <summary>Runs the system's tools.</summary>
internal static class Command
{
    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public static string Run(params string[] words) => Run(words, null);

    /// <inheritdoc cref="Run(string[])"/>
    public static string Run(string[] words, string? input)
    {
        var (code, output, errors) = Try(words, input);
        return code == 0 ? output : throw new InvalidOperationException($"'{string.Join(' ', words)}' ended with exit code {code}: {errors.Trim()}");
    }

    /// <returns>Exit code 127 if there is no such program.</returns>
    public static (int Code, string Output, string Errors) Try(string[] words, string? input = null)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (127, "", exception.Message);
        }
    }
}
