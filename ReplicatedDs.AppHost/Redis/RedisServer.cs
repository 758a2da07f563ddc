namespace ReplicatedDs.AppHost.Redis;

internal static class RedisServer
{
    /// <summary>The full path of redis-server if PATH has one.</summary>
    public static string? OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "redis-server.exe" : "redis-server"))
        .FirstOrDefault(File.Exists);
}
