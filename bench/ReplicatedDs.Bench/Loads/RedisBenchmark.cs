using System.Diagnostics;
using System.Globalization;

namespace ReplicatedDs.Bench.Loads;

/// <summary>Redis's own load program: 50 connections, values of 100 bytes, 100,000 keys.</summary>
internal static class RedisBenchmark
{
    /// <returns>Requests per second, and the p99 of the latency in milliseconds.</returns>
    public static async Task<(double PerSecond, double P99)> RunAsync(int port, string command, int pipeline, int requests)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "timeout",
            [
                "120", "redis-benchmark", "-p", Text(port), "-t", command, "-n", Text(requests), "-c", "50", "-P", Text(pipeline),
                "-d", "100", "-r", "100000", "--csv",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var fields = output.Split('\n').LastOrDefault(line => line.StartsWith('"') && !line.StartsWith("\"test\"", StringComparison.Ordinal))?.Split(',');
        return fields is { Length: >= 7 }
            ? (Number(fields[1]), Number(fields[6]))
            : throw new InvalidOperationException($"redis-benchmark said: {output} {await errors.ConfigureAwait(false)}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(string field) => double.Parse(field.Trim('"'), CultureInfo.InvariantCulture);
}
