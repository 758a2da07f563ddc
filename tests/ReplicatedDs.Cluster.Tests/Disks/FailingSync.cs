using System.Diagnostics;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Disks;

/// <summary>A library that makes <c>fsync</c> fail in a process into which it is preloaded, while its folder holds a certain file.</summary>
internal static class FailingSync
{
    /// <summary>While this is in a data folder, nothing in the folder can be synced.</summary>
    public const string Trigger = "fail-sync";

    private static readonly Lazy<string?> Found = new(() =>
        !OperatingSystem.IsLinux() ? "LD_PRELOAD is there on Linux only" : Compiler is null ? "there is no C compiler (cc) to build the library with" : null);

    /// <value>Why it cannot be built here; <c>null</c>: it can.</value>
    public static string? Objection => Found.Value;

    private static string? Compiler =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "cc")).FirstOrDefault(File.Exists);

    /// <summary>Builds it in the folder.</summary>
    /// <returns>What the variable LD_PRELOAD has to be.</returns>
    public static async Task<string> BuildAsync(string folder)
    {
        var source = Path.Combine(Programs.Root, "tests", "ReplicatedDs.Cluster.Tests", "Disks", "failing-sync.c");
        var library = Path.Combine(folder, "failing-sync.so");
        using var compiler = Process.Start(new ProcessStartInfo(Compiler!, ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]) { RedirectStandardError = true })!;
        var said = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? library : throw new XunitException($"cc cannot build {source}: {said}");
    }
}
