using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ReplicatedDs.Bench.Report;

/// <summary>What the figures were measured on and with.</summary>
internal static class Machine
{
    public static Dictionary<string, string> Describe(string command, string root) => new()
    {
        ["Command"] = $"`{command}`",
        ["When"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        ["Commit"] = Run("git", "-C", root, "rev-parse", "--short", "HEAD"),
        ["Processor"] = $"{Environment.ProcessorCount} × {Field("/proc/cpuinfo", "model name")}",
        ["Memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB",
        ["System"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        ["Redis"] = Run("redis-server", "--version").Split(' ').FirstOrDefault(word => word.StartsWith("v=", StringComparison.Ordinal))?[2..] ?? "?",
        ["etcd"] = Run("etcd", "--version").Split('\n')[0].Replace("etcd Version: ", "", StringComparison.Ordinal),
        ["Load before"] = File.ReadAllText("/proc/loadavg").Split(' ')[0],
    };

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "not installed";
        }
    }
}
