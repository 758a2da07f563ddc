namespace ReplicatedDs.AppHost.Tests.Processes;

public sealed class EndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ProcessTable.SigTerm)]
    [InlineData(ProcessTable.SigInt)]
    public async Task Signal_StopsEverything_AndRemovesClusterJson(int signal)
    {
        await using var host = await StartWithRedisAsync();
        var children = host.Children();

        Assert.True(children.Count >= 4, $"two replicas, a guard and redis-server: {string.Join(", ", children)}");
        host.Signal(signal);

        Assert.Equal(0, (await host.EndAsync()).Code);
        Assert.EndsWith($"Stopped; the data is in {Data}.", host.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain(children, ProcessTable.IsAlive);
        Assert.False(File.Exists(host.ClusterFile));
    }

    [Fact]
    public async Task SigKill_LeavesNoChildAfterTwoSeconds_AndTheNextRunIsClean()
    {
        await using (var host = await StartWithRedisAsync())
        {
            var children = host.Children();

            host.Signal(ProcessTable.SigKill);

            await Eventually.TrueAsync(() => !children.Any(ProcessTable.IsAlive), "no child is left", () => string.Join(", ", children.Where(ProcessTable.IsAlive)), seconds: 2);
            Assert.True(File.Exists(host.ClusterFile));
        }

        await using var next = await AppHostProcess.StartAsync(Data, ["--Replicas:Spares", "0"]);
        Assert.Equal([1, 2], Enumerable.Range(1, 2).Select(n => next.Replica(n).GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Signal_DuringTheStart_EndsIt()
    {
        // Nobody is ever ready: the founder's ids file is a folder.
        Directory.CreateDirectory(Path.Combine(Data, "ids.json"));
        await using var host = new AppHostProcess(Data, ["--Data", Data, "--Ports", "auto", "--Dashboard:Enabled", "false"], AppHostProcess.NoRedis);
        await Eventually.TrueAsync(() => host.Children().Count > 0, "the founder's process is there", () => host.Output);

        host.Signal(ProcessTable.SigTerm);

        Assert.Equal(0, (await host.EndAsync()).Code);
        Assert.DoesNotContain("Distributed application started", host.Output);
    }

    private async Task<AppHostProcess> StartWithRedisAsync() =>
        await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "2", "--Replicas:Spares", "0"], new Dictionary<string, string>());
}
