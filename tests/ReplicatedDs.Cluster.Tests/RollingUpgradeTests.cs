using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.Cluster.Tests.Upgrades;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Replicas of an earlier version, built from the repository's history, are replaced by those of this one while clients write.</summary>
public sealed class RollingUpgradeTests(ITestOutputHelper output) : IDisposable
{
    private const int Replicas = 3;

    private readonly TestFolder _folder = new();
    private readonly int[] _http = [.. Enumerable.Range(0, Replicas).Select(_ => Ports.Free())];
    private readonly int[] _peer = [.. Enumerable.Range(0, Replicas).Select(_ => Ports.Free())];

    public void Dispose() => _folder.Dispose();

    [EarlierVersionFact]
    public async Task EachReplicaInTurn_UnderLoad_NoRequestFailsAndNothingIsLost()
    {
        var earlier = await EarlierVersion.BuildAsync(Path.Combine(_folder.Path, "earlier"));
        var processes = new ProgramProcess[Replicas];
        try
        {
            for (var number = 1; number <= Replicas; number++)
            {
                processes[number - 1] = await StartAsync(earlier, number);
            }

            await using var load = SessionLoad.Start(_http.Select(port => new Uri($"http://127.0.0.1:{port}")), sessions: 12, TimeSpan.FromMilliseconds(50));
            for (var number = 1; number <= Replicas; number++)
            {
                await load.GoesOnAsync(200);
                ProcessTable.Terminate(processes[number - 1].Pid);
                await processes[number - 1].ExitedAsync(TimeSpan.FromSeconds(30));
                await load.GoesOnAsync(200);
                processes[number - 1] = await StartAsync(Programs.Replica, number);
                await load.GoesOnAsync(200); // two versions side by side
            }

            await load.StopAsync();
            output.WriteLine($"{load.Acknowledged.Count} writes, {load.PerSecond:0} a second, while {Replicas} replicas of {EarlierVersion.Commit[..7]} were replaced.");
            await EverywhereAsync(load.Acknowledged);
        }
        finally
        {
            foreach (var process in processes.OfType<ProgramProcess>())
            {
                await process.DisposeAsync();
            }
        }
    }

    private async Task<ProgramProcess> StartAsync(string program, int number)
    {
        var process = ProgramProcess.Start(program, [], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_http[number - 1]}",
            ["Replication__Port"] = $"{_peer[number - 1]}",
            ["Replica__Name"] = $"replica-{number}",
            ["Replica__Data"] = Path.Combine(_folder.Path, $"replica-{number}"),
            ["Replica__Found"] = number == 1 ? "true" : "false",
            ["Cluster__Key"] = "a cluster key of the upgrade tests",
            ["Cluster__Members"] = Addresses(_http),
            ["Cluster__Peers"] = Addresses(_peer),
            ["Ids__File"] = Path.Combine(_folder.Path, "ids.json"),
        });
        await Eventually.SeesAsync(
            $"replica-{number} takes writes",
            async () => process.HasExited ? process.Output : await WriteAsync(number),
            text => text == "200",
            TestCluster.StartDeadline);
        return process;
    }

    private static string Addresses(IEnumerable<int> ports) => string.Join(';', ports.Select((port, index) => $"replica-{index + 1}=http://127.0.0.1:{port}"));

    private async Task<string> WriteAsync(int number)
    {
        using var response = await Http.Client.PutAsync(new Uri($"http://127.0.0.1:{_http[number - 1]}/kv/started%2F{number}"), new StringContent("here"));
        return $"{(int)response.StatusCode}";
    }

    private async Task EverywhereAsync(IReadOnlyCollection<AcknowledgedWrite> writes)
    {
        foreach (var port in _http)
        {
            foreach (var write in writes)
            {
                var key = Uri.EscapeDataString(write.Key);
                await Eventually.SeesAsync($"port {port} shows {write.Key}", () => Http.Client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/kv/{key}")), text => text == write.Value);
            }
        }
    }
}
