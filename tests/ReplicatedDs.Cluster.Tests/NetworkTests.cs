using System.Globalization;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Network;
using ReplicatedDs.PrivateNetworks;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Short runs of <c>deploy/network/run.sh</c>, each as a process: it moves into namespaces of its own.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    [NetworkFact]
    public Task Cluster_OnHostsOfItsOwn_ThroughEveryFaultOfANetwork_KeepsCausalityAndEveryAcknowledgedWrite() => RunAsync("network", "--minutes", "0");

    [NetworkFact]
    public Task Sites_FarApart_ServeAtLocalSpeed_AndCatchUpAfterACut() => RunAsync("wide-area", "--cut", "12");

    /// <summary>The pods of <c>deploy/kubernetes</c>: one is killed, each is replaced in turn, one loses its volume.</summary>
    [NetworkFact]
    public Task Pods_KilledAndReplacedUnderLoad_KeepCausalityAndTheirIds() => RunAsync("kubernetes");

    /// <summary>However it ends, nothing stays.</summary>
    [NetworkFact]
    public async Task Network_OfARunThatIsKilled_IsGone()
    {
        using var folder = new TestFolder();
        await using var run = Start(folder, "network", "--minutes", "0");
        await Eventually.SeesAsync(
            "replicas run on hosts",
            () => Task.FromResult(run.HasExited ? throw new Xunit.Sdk.XunitException(run.Output) : Replicas(run)),
            replicas => replicas.Count >= 2,
            TestCluster.StartDeadline);
        var all = ProcessTable.Descendants(run.Pid);
        run.Kill();
        await Eventually.SeesAsync("no process of the run is left", () => Task.FromResult(string.Join(", ", all.Where(ProcessTable.IsAlive))), left => left.Length == 0);
        Assert.DoesNotContain("replica-1", Command.Try(["ip", "netns", "list"]).Output, StringComparison.Ordinal);
    }

    private static List<ProcessEntry> Replicas(ProgramProcess run) =>
        [.. ProcessTable.Descendants(run.Pid).Where(process => Reads($"/proc/{process.Pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Contains("ReplicatedDs.Replica.dll", StringComparison.Ordinal))];

    private static string Reads(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }

    private static ProgramProcess Start(TestFolder folder, params string[] arguments) =>
        ProgramProcess.Start(typeof(NetworkTests).Assembly.Location, [.. arguments, "--out", folder.Path], new Dictionary<string, string> { ["TMPDIR"] = folder.Path });

    private async Task RunAsync(params string[] arguments)
    {
        using var folder = new TestFolder();
        await using var run = Start(folder, arguments);
        try
        {
            await run.ExitedAsync(Deadline);
        }
        finally
        {
            output.WriteLine(run.Output);
        }

        Assert.True(run.ExitCode == 0, $"It ended with exit code {run.ExitCode}:\n{run.Output}");
    }
}
