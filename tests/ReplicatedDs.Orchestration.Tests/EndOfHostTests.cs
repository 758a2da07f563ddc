namespace ReplicatedDs.Orchestration.Tests;

public sealed class EndOfHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Trace => Path.Combine(_folder.Path, "trace");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", -1)] // Ctrl+C in a terminal goes to the whole group
    [InlineData("TERM", 1)]
    public async Task Host_AskedToStop_StopsItsResourcesInReverseOrder(string signal, int groupOrProcess)
    {
        using var host = await StartAsync();
        var children = host.Descendants();

        HostProcess.Signal(groupOrProcess * host.Id, signal);

        await Eventually.TrueAsync(() => host.HasExited, "the host ends", () => host.Output);
        Assert.Equal(0, host.ExitCode);
        var stopped = (await File.ReadAllLinesAsync(Trace)).Where(line => line.EndsWith(" stopped", StringComparison.Ordinal));
        Assert.Equal(["second stopped", "first stopped", "program stopped"], stopped);
        Assert.DoesNotContain(children, Eventually.IsAlive);
        Assert.Contains("Distributed application started. Press Ctrl+C to shut down.", host.Output);
    }

    [Fact]
    public async Task Host_KilledBySigKill_LeavesNoChildAfterTwoSeconds()
    {
        using var host = await StartAsync();
        var children = host.Descendants();
        Assert.True(children.Count >= 4, $"two services, a guard and its program: {children.Count}");

        HostProcess.Signal(host.Id, "KILL");

        await Eventually.TrueAsync(
            () => !children.Any(Eventually.IsAlive), "all children are gone", () => string.Join(", ", children.Where(Eventually.IsAlive)), seconds: 2);
    }

    private async Task<HostProcess> StartAsync()
    {
        var host = new HostProcess(Trace);
        await Eventually.TrueAsync(
            () => host.Output.Contains("Press Ctrl+C") && File.Exists(Trace) && File.ReadAllLines(Trace).Length == 3,
            "the host and its three resources run",
            () => host.Output,
            seconds: 20);
        return host;
    }
}
