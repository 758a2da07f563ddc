namespace ReplicatedDs.Orchestration.Tests;

public sealed class EndOfHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Trace => Path.Combine(_folder.Path, "trace");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ProcessTable.SigInt, -1)] // Ctrl+C in a terminal goes to the whole group
    [InlineData(ProcessTable.SigTerm, 1)]
    public async Task Host_AskedToStop_StopsItsResourcesInReverseOrder(int signal, int groupOrProcess)
    {
        await using var host = await StartAsync();
        var children = ProcessTable.Descendants(host.Pid);

        ProcessTable.Send(groupOrProcess * host.Pid, signal);

        await host.ExitedAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, host.ExitCode);
        var stopped = (await File.ReadAllLinesAsync(Trace)).Where(line => line.EndsWith(" stopped", StringComparison.Ordinal));
        Assert.Equal(["second stopped", "first stopped", "program stopped"], stopped);
        Assert.DoesNotContain(children, ProcessTable.IsAlive);
        Assert.Contains("Distributed application started. Press Ctrl+C to shut down.", host.Output);
    }

    [Fact]
    public async Task Host_KilledBySigKill_LeavesNoChildAfterTwoSeconds()
    {
        await using var host = await StartAsync();
        var children = ProcessTable.Descendants(host.Pid);
        Assert.True(children.Count >= 4, $"two services, a guard and its program: {children.Count}");

        host.Kill();

        await Eventually.TrueAsync(
            () => !children.Any(ProcessTable.IsAlive), "all children are gone", () => string.Join(", ", children.Where(ProcessTable.IsAlive)), seconds: 2);
    }

    private async Task<ProgramProcess> StartAsync()
    {
        const string Name = "ReplicatedDs.Orchestration.TestHost";
        var assembly = AppContext.BaseDirectory.Replace("ReplicatedDs.Orchestration.Tests", Name, StringComparison.Ordinal) + Name + ".dll";
        var host = ProgramProcess.Start(assembly, [], new Dictionary<string, string> { ["Test__Trace"] = Trace }, inOwnSession: true);
        await Eventually.TrueAsync(
            () => host.Output.Contains("Press Ctrl+C") && File.Exists(Trace) && File.ReadAllLines(Trace).Length == 3,
            "the host and its three resources run",
            () => host.Output,
            seconds: 60);
        return host;
    }
}
