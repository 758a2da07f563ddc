using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A replica that is started with something wrong: one sentence, exit code 2, and nothing spoilt.</summary>
public sealed class ReplicaInputTests(ReplicaInputTests.Fixture fixture) : IClassFixture<ReplicaInputTests.Fixture>, IDisposable
{
    private readonly TestFolder _folder = new();

    private TestCluster Cluster => fixture.Cluster;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Replica__Data", "", "Replica:Data")]
    [InlineData("Replica__Durability", "sometimes", "sometimes")]
    [InlineData("Cluster__Key", "short", "16")]
    [InlineData("Cluster__Key", "", "Cluster:Key")]
    [InlineData("Cluster__Members", "replica-1", "Cluster:Members")]
    [InlineData("Cluster__Peers", "replica-1=nowhere", "Cluster:Peers")]
    [InlineData("Replication__Port", "70000", "Replication:Port")]
    [InlineData("Replication__Port", "http", "Replication:Port")]
    [InlineData("Lab__Mutation", "Unheard-of", "Lab:Mutation")]
    [InlineData("ConnectionStrings__redis", "127.0.0.1:6379,foo=bar", "ConnectionStrings:redis cannot be read: Keyword 'foo' is not supported")]
    [InlineData("ConnectionStrings__redis", "127.0.0.1:6379,ssl=maybe", "ConnectionStrings:redis cannot be read")]
    [InlineData("ConnectionStrings__redis", "127.0.0.1:6379,connectTimeout=99999999999", "ConnectionStrings:redis cannot be read")]
    [InlineData("ConnectionStrings__redis", "allowAdmin=true", "names no server")]
    [InlineData("Storage__Values", "disk", "Storage:Values must be memory or redis-cluster, not 'disk'")]
    [InlineData("Storage__Values", "redis-cluster", "needs Storage:RedisCluster")]
    public Task Setting_WhenMissingOrBad_IsRefusedWithASentence(string name, string value, string part) => IsRefusedAsync(part, (name, value));

    [Fact]
    public async Task DataFolder_WhenItCannotBeWritten_IsRefusedWithASentence()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await IsRefusedAsync(file, ("Replica__Data", Path.Combine(file, "below")));
        await IsRefusedAsync("/proc/replicated-ds", ("Replica__Data", "/proc/replicated-ds"));
    }

    [Fact]
    public async Task DataFolder_WhenAnotherReplicaHasIt_IsRefusedWithASentence()
    {
        var folder = Path.Combine(Cluster.Data, "replica-1");
        await IsRefusedAsync(folder, ("Replica__Data", folder));
        await Cluster[1].WriteAsync("undisturbed", "1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"clusterId\":\"x\",\"id\":0}")]
    public async Task IdentityFile_WhenItIsTorn_IsRefusedWithASentence(string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "replica-9")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "identity.json"), content);
        await IsRefusedAsync("identity.json", ("Replica__Data", folder));
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(folder, "identity.json")));
    }

    [Fact]
    public async Task Port_WhenItIsTaken_IsRefusedWithASentence()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        await IsRefusedAsync($"{port}", ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"));
        await IsRefusedAsync($"{port}", ("Replication__Port", $"{port}"));
    }

    [Fact]
    public async Task Founding_WhenAPeerHasACluster_IsRefusedWithASentence()
    {
        await IsRefusedAsync(
            "already belongs", ("Replica__Found", "true"), ("Cluster__Key", Cluster.Describe().ClusterKey), ("Cluster__Peers", $"replica-1={Cluster[1].Peer}"));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "replica-9", "identity.json")));
    }

    private async Task IsRefusedAsync(string part, params (string Name, string Value)[] changes)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Replication__Port"] = $"{Ports.Free()}",
            ["Replica__Name"] = "replica-9",
            ["Replica__Data"] = Path.Combine(_folder.Path, "replica-9"),
            ["Replica__Lab"] = "true",
            ["Cluster__Key"] = "a key of more than sixteen letters",
            ["Cluster__Members"] = "replica-9=http://127.0.0.1:1",
            ["Cluster__Peers"] = "replica-9=http://127.0.0.1:2",
            ["Ids__File"] = Path.Combine(_folder.Path, "ids.json"),
        };
        foreach (var (name, value) in changes)
        {
            environment[name] = value;
        }

        Refusal.Check(await ProgramProcess.RunAsync(Programs.Replica, [], environment), part);
    }

    public sealed class Fixture : ClusterFixture
    {
        internal override ClusterSpec Spec => new() { Count = 1 };
    }
}
