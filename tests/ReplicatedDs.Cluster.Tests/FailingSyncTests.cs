using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Disks;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>The system calls of a real replica process fail with EIO when it syncs: whatever it promised before is kept, and nothing is promised after.</summary>
public sealed class FailingSyncTests : IDisposable
{
    private const int IoError = 74;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TestFolder _folder = new();
    private readonly int _http = Ports.Free();
    private readonly int _peer = Ports.Free();

    public void Dispose() => _folder.Dispose();

    [FailingSyncFact]
    public async Task Replica_WhoseDiskCannotSync_AcknowledgesNothingAndLosesNothing()
    {
        var library = await FailingSync.BuildAsync(_folder.Path);
        var trigger = Path.Combine(_folder.Path, "replica-1", FailingSync.Trigger);
        var written = new List<string>();
        var api = new ReplicaApi(new ResourceView("replica-1", null, null, "running", Address(_http).ToString(), Address(_peer).ToString(), null, null), "");
        await using (var replica = Start(("LD_PRELOAD", library)))
        {
            await ServesAsync(replica, api);
            for (var i = 0; i < 20; i++)
            {
                (await api.PutAsync($"before/{i}", "kept")).Expect(HttpStatusCode.OK);
                written.Add($"before/{i}");
            }

            await File.WriteAllTextAsync(trigger, "");

            // None may be acknowledged whose sync failed: it is refused. The next checkpoint, within half a minute, cannot sync what is behind it: then nobody can say any more
            // what is on the disk, and the replica ends.
            await Eventually.SeesAsync("the replica ends", RefusesAsync, seen => seen.HasEnded, Patience);
            await replica.ExitedAsync(Patience);
            Assert.Equal(IoError, replica.ExitCode);
            Assert.Contains("could not be put on the disk", replica.Errors, StringComparison.Ordinal);

            async Task<(bool HasEnded, string Output)> RefusesAsync()
            {
                if (!replica.HasExited)
                {
                    var refused = await api.PutAsync("after", "lost");
                    Assert.True(refused.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage, $"A write was answered {refused}");
                    Assert.Equal("kept", (await api.GetAsync("before/0")).Expect(HttpStatusCode.OK).Body);
                }

                return (replica.HasExited, replica.Output);
            }
        }

        File.Delete(trigger);
        await using var again = Start();
        await ServesAsync(again, api);
        foreach (var key in written)
        {
            Assert.Equal("kept", (await api.GetAsync(key)).Expect(HttpStatusCode.OK).Body);
        }

        (await api.PutAsync("again", "1")).Expect(HttpStatusCode.OK);
    }

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}");

    private static Task<Answer> ServesAsync(ProgramProcess replica, ReplicaApi api) => Eventually.SeesAsync(
        $"the replica is ready. Its output:\n{replica.Output}",
        () => replica.HasExited ? throw new Xunit.Sdk.XunitException($"It ended with {replica.ExitCode}:\n{replica.Output}") : api.HealthAsync(),
        answer => answer.Status == HttpStatusCode.OK,
        Patience);

    private ProgramProcess Start(params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address(_http).ToString(),
            ["Replication__Port"] = $"{_peer}",
            ["Replica__Name"] = "replica-1",
            ["Replica__Data"] = Path.Combine(_folder.Path, "replica-1"),
            ["Replica__Found"] = "true",
            ["Cluster__Key"] = "a key of more than sixteen letters",
            ["Cluster__Members"] = $"replica-1={Address(_http)}",
            ["Cluster__Peers"] = $"replica-1={Address(_peer)}",
            ["Ids__File"] = Path.Combine(_folder.Path, "ids.json"),
        };
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }

        return ProgramProcess.Start(Programs.Replica, [], environment);
    }
}
