namespace Aspire.Hosting.Engine;

internal static class ExecutablePath
{
    /// <summary>The full path of a program on PATH; null if none has it.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
