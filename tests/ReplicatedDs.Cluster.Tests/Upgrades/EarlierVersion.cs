using System.Diagnostics;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Upgrades;

/// <summary>The replica as it was at an earlier commit, built from the history of this repository.</summary>
internal static class EarlierVersion
{
    /// <summary>Before acknowledgements went with own updates and only promises were synced. To be moved on with each release.</summary>
    public const string Commit = "657b325bcbb7d9a812082fe843a87f6e7fd26b30";

    /// <summary>Whether the history has it: a shallow clone or an archive has not.</summary>
    public static bool IsThere { get; } = Run("git", ["-C", Programs.Root, "cat-file", "-e", $"{Commit}^{{commit}}"], TimeSpan.FromSeconds(10)).Code == 0;

    /// <summary>Builds it in a folder.</summary>
    /// <returns>The path of the replica's assembly.</returns>
    public static async Task<string> BuildAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var sources = Path.Combine(folder, "sources.tar");
        await DoAsync("git", "-C", Programs.Root, "archive", "--output", sources, Commit);
        await DoAsync("tar", "-xf", sources, "-C", folder);
        await DoAsync(
            "dotnet", "build", Path.Combine(folder, "ReplicatedDs.Replica"), "--output", Path.Combine(folder, "built"), "--verbosity", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        return Path.Combine(folder, "built", "ReplicatedDs.Replica.dll");
    }

    private static async Task DoAsync(string program, params string[] arguments)
    {
        var (code, output) = await Task.Run(() => Run(program, arguments, TimeSpan.FromMinutes(5)));
        if (code != 0)
        {
            throw new XunitException($"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        }
    }

    private static (int Code, string Output) Run(string program, IEnumerable<string> arguments, TimeSpan within)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(within))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"not done within {within}");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }
}
