using System.Net;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests.Cluster;

/// <summary>A backup is taken while sessions write effects after causes at every replica; in another cluster no effect is without its cause.</summary>
public sealed class BackupTests : ClusterFixture
{
    private const int Chains = 6;

    private RdsShell Shell => ShellOf(Cluster);

    [Fact]
    public async Task BackupUnderLoad_RestoredElsewhere_HasNoEffectWithoutItsCause()
    {
        (await Shell.RunAsync("incr", "counter", "41")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("members", "set", "--add", "a")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("set", "gone", "1")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("del", "gone")).Expect(ExitCodes.Ok);

        // Each chain writes n at one replica, and then, having read it at another, n there: the second is never ahead of the first.
        using var stop = new CancellationTokenSource();
        var rounds = new int[Chains];
        var chains = Enumerable.Range(0, Chains).Select(chain => WriteAsync(chain, rounds, stop.Token)).ToList();
        await Eventually.HoldsAsync("every chain is on its way", () => rounds.All(round => round > 2), () => string.Join(' ', rounds));
        var file = Path.Combine(Cluster.Data, "backup");
        var backup = (await Shell.RunAsync("backup", file, "-r", $"{Cluster.IdOf(3)}", "--json")).Expect(ExitCodes.Ok).Json;
        await stop.CancelAsync();
        await Task.WhenAll(chains);
        Assert.True(backup.GetProperty("keys").GetInt32() >= 2);

        await using var other = await TestCluster.StartAsync(new ClusterSpec { Count = 2 });
        var shell = ShellOf(other);
        (await shell.RunAsync("restore", file, "--yes")).Expect(ExitCodes.Ok);
        Assert.Equal("41", (await shell.RunAsync("get", "counter")).Expect(ExitCodes.Ok).Output.Trim());
        Assert.Contains("a", (await shell.RunAsync("members", "set")).Expect(ExitCodes.Ok).Output, StringComparison.Ordinal);
        (await shell.RunAsync("get", "gone")).Expect(ExitCodes.No);
        for (var chain = 0; chain < Chains; chain++)
        {
            var (cause, effect) = (await NumberAsync(shell, $"cause/{chain}"), await NumberAsync(shell, $"effect/{chain}"));
            Assert.True(effect <= cause, $"chain {chain} has effect {effect} and cause {cause}");
        }

        // A second time nothing is written over, unless that is asked for.
        Assert.Contains("has a value in this cluster", (await shell.RunAsync("restore", file, "--yes")).Expect(ExitCodes.No).Error, StringComparison.Ordinal);
        (await shell.RunAsync("restore", file, "--yes", "--overwrite")).Expect(ExitCodes.Ok);
        Assert.Equal("41", (await shell.RunAsync("get", "counter")).Expect(ExitCodes.Ok).Output.Trim());

        // A file that was cut is no backup.
        await using (var cut = File.OpenWrite(file))
        {
            cut.SetLength(cut.Length - 3);
        }

        Assert.Contains("no whole backup", (await shell.RunAsync("restore", file, "--yes")).Expect(ExitCodes.BadUsage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_SaysWhatIsWrong()
    {
        await Eventually.SeesAsync("nothing is wrong", () => Shell.RunAsync("doctor"), ran => ran.Code == ExitCodes.Ok);
        await Cluster.Control.StopAsync("replica-2");
        var ran = await Eventually.SeesAsync(
            "the doctor misses replica 2", () => Shell.RunAsync("doctor"), one => one.Output.Contains($"does not hear r{Cluster.IdOf(2)}", StringComparison.Ordinal));
        Assert.Equal(ExitCodes.No, ran.Code);
        await Cluster.Control.StartAsync("replica-2");
        await Eventually.SeesAsync("nothing is wrong again", () => Shell.RunAsync("doctor"), one => one.Code == ExitCodes.Ok);
    }

    private static RdsShell ShellOf(TestCluster cluster) => new(cluster.Data, Path.Combine(cluster.Data, "rds-state"))
    {
        Variables = new Dictionary<string, string> { ["RDS_CLUSTER"] = cluster.ClusterFile },
    };

    private async Task WriteAsync(int chain, int[] rounds, CancellationToken stop)
    {
        var (first, second) = (Cluster[1 + (chain % 3)], Cluster[1 + ((chain + 1) % 3)]);
        string? token = null;
        for (var n = 1; !stop.IsCancellationRequested; n++)
        {
            (_, token) = await first.WriteAsync($"cause/{chain}", $"{n}", token);
            (await second.GetAsync($"cause/{chain}", token)).Expect(HttpStatusCode.OK);
            (_, token) = await second.WriteAsync($"effect/{chain}", $"{n}", token);
            rounds[chain] = n;
        }
    }

    private static async Task<int> NumberAsync(RdsShell shell, string key) =>
        await shell.RunAsync("get", key) is { Code: ExitCodes.Ok } ran ? int.Parse(ran.Output, System.Globalization.CultureInfo.InvariantCulture) : 0;
}
