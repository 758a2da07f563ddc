using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ReplicatedDs.AppHost.Tests.Processes;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FirstRun_GivesReplicaNTheIdN_AndClusterJsonSaysAll()
    {
        await using var host = await AppHostProcess.StartAsync(Data);

        var cluster = host.Cluster();
        Assert.Equal(["clusterId", "clusterKey", "dashboard", "control", "redis", "replicas"], cluster.EnumerateObject().Select(property => property.Name));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.ClusterFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "cluster.key")));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Data, "cluster.key")), cluster.GetProperty("clusterKey").GetString());
        Assert.Equal(JsonValueKind.Null, cluster.GetProperty("dashboard").ValueKind);
        Assert.Equal(JsonValueKind.Null, cluster.GetProperty("redis").ValueKind);
        var replicas = cluster.GetProperty("replicas").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, 8).Select(n => $"replica-{n}"), replicas.Select(replica => replica.GetProperty("name").GetString()));
        Assert.All(replicas, replica => Assert.Equal(["name", "id", "pid", "state", "http", "peer", "resp", "text"], replica.EnumerateObject().Select(property => property.Name)));
        Assert.Equal([1, 2, 3], replicas.Take(3).Select(replica => replica.GetProperty("id").GetInt32()));
        Assert.All(replicas.Take(3), replica => Assert.Equal("Running", replica.GetProperty("state").GetString()));
        Assert.All(replicas.Skip(3), replica => Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null, "NotStarted"),
            (replica.GetProperty("id").ValueKind, replica.GetProperty("pid").ValueKind, replica.GetProperty("state").GetString())));
    }

    [Fact]
    public async Task Replica_GetsTheEnvironment_ThatTheContractNames()
    {
        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "2", "--Replicas:Spares", "1", "--Durability", "os", "--Lab", "false", "--Resp:Enabled=false"]);

        var environment = await host.AskReplicaAsync<Dictionary<string, string>>(2, "/env");

        var replica = host.Replica(2);
        Assert.Equal(replica.GetProperty("http").GetString(), environment["ASPNETCORE_URLS"]);
        Assert.Equal(replica.GetProperty("peer").GetString(), "http://127.0.0.1:" + environment["Replication__Port"]);
        Assert.Equal(replica.GetProperty("text").GetString(), "127.0.0.1:" + environment["Gateways__Text__Port"]);
        Assert.Equal(JsonValueKind.Null, replica.GetProperty("resp").ValueKind);
        Assert.DoesNotContain("Gateways__Resp__Port", environment.Keys);
        Assert.DoesNotContain("ConnectionStrings__redis", environment.Keys);
        Assert.Equal("replica-2", environment["Replica__Name"]);
        Assert.Equal(Path.Combine(Data, "replica-2"), environment["Replica__Data"]);
        Assert.Equal(Path.Combine(Data, "ids.json"), environment["Ids__File"]);
        Assert.Equal("false", environment["Replica__Found"]);
        Assert.Equal(("os", "false", "stdin"), (environment["Replica__Durability"], environment["Replica__Lab"], environment["Lifetime__Parent"]));
        Assert.Equal(host.Cluster().GetProperty("clusterKey").GetString(), environment["Cluster__Key"]);
        var all = host.Cluster().GetProperty("replicas").EnumerateArray().ToList();
        Assert.Equal(string.Join(';', all.Select(r => $"{r.GetProperty("name")}={r.GetProperty("http")}")), environment["Cluster__Members"]);
        Assert.Equal(string.Join(';', all.Select(r => $"{r.GetProperty("name")}={r.GetProperty("peer")}")), environment["Cluster__Peers"]);
        Assert.Equal("true", (await host.AskReplicaAsync<Dictionary<string, string>>(1, "/env"))["Replica__Found"]);
    }

    [Fact]
    public async Task Keys_TurnedOn_AreDrawnOnceForTheirOwnerAndGivenToEveryReplica()
    {
        string[] keysOn = ["--Replicas:Count", "2", "--Replicas:Spares", "0", "--Security:Keys", "true"];
        var file = Path.Combine(Data, "keys.json");
        string first;
        await using (var host = await AppHostProcess.StartAsync(Data, keysOn))
        {
            foreach (var number in (int[])[1, 2])
            {
                Assert.Equal(file, (await host.AskReplicaAsync<Dictionary<string, string>>(number, "/env"))["Security__KeysFile"]);
            }

            first = await File.ReadAllTextAsync(file);
            Assert.DoesNotContain(JsonDocument.Parse(first).RootElement.GetProperty("keys")[0].GetProperty("key").GetString()!, host.Output, StringComparison.Ordinal);
            await host.StopAsync();
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var keys = JsonDocument.Parse(first).RootElement.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["read", "write", "operate"], keys.Select(key => key.GetProperty("role").GetString()));
        Assert.Equal(3, keys.Select(key => key.GetProperty("key").GetString()).Where(key => key!.Length == 64).Distinct().Count());
        await using var second = await AppHostProcess.StartAsync(Data, keysOn);
        Assert.Equal(first, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task LaterRun_StartsWhoeverHasAnIdentity_WhateverCountSays_AndFoundsNothing()
    {
        await using (var first = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "2", "--Replicas:Spares", "2"]))
        {
            Assert.Equal(201, (await first.PostAsync("/join")).Status);
            await first.StopAsync();
        }

        await using var second = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "1"]);

        var replicas = second.Cluster().GetProperty("replicas").EnumerateArray().ToList();
        Assert.Equal(["1 Running", "2 Running", "3 Running"], replicas.Select(replica => $"{replica.GetProperty("id")} {replica.GetProperty("state")}"));
        Assert.Equal("false", (await second.AskReplicaAsync<Dictionary<string, string>>(1, "/env"))["Replica__Found"]);
    }

    [Fact]
    public async Task LaterRun_LeavesASparePlaceOfOneWhoLeftAlone_AndBringsInWhoNeverWas()
    {
        await using (var first = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "3", "--Replicas:Spares", "1"]))
        {
            await first.PostToReplicaAsync(2, "/admin/leave");
            await Eventually.TrueAsync(() => first.Replica(2).GetProperty("state").GetString() == "NotStarted", "replica-2 is a spare", () => first.Replica(2));
            await first.StopAsync();
        }

        await using var second = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "4", "--Replicas:Spares", "0"]);

        var replicas = second.Cluster().GetProperty("replicas").EnumerateArray().ToList();
        Assert.Equal(["1 Running", " NotStarted", "3 Running", "4 Running"], replicas.Select(replica => $"{replica.GetProperty("id")} {replica.GetProperty("state")}"));
    }

    [Fact]
    public async Task Console_ShowsATableOfEndpoints_ThenThatItStarted()
    {
        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "1"]);

        var output = host.Output;
        var replica = host.Replica(1);
        Assert.All(["http", "peer", "resp", "text"], column => Assert.Contains(replica.GetProperty(column).GetString()!, output));
        Assert.Contains(host.Cluster().GetProperty("control").GetProperty("url").GetString()!, output);
        Assert.DoesNotContain("127.0.0.1", output[output.IndexOf("Distributed application started. Press Ctrl+C to shut down.", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Dashboard_GetsItsEnvironment_AndItsLoginUrlIsSaid()
    {
        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "1", "--Dashboard:Enabled", "true"]);

        var cluster = host.Cluster();
        var login = new Uri(cluster.GetProperty("dashboard").GetString()!);
        using var client = new HttpClient();
        var environment = JsonSerializer.Deserialize<Dictionary<string, string>>(await client.GetStringAsync(new Uri(login, "/env")))!;
        Assert.Contains($"Login to the dashboard at {login}", host.Output);
        Assert.Equal($"/login?t={environment["Dashboard__Token"]}", login.PathAndQuery);
        Assert.Equal(login.GetLeftPart(UriPartial.Authority), environment["ASPNETCORE_URLS"]);
        Assert.Equal(cluster.GetProperty("control").GetProperty("url").GetString(), environment["Control__Url"]);
        Assert.Equal(cluster.GetProperty("control").GetProperty("token").GetString(), environment["Control__Token"]);
        Assert.Equal(cluster.GetProperty("clusterKey").GetString(), environment["Cluster__Key"]);
        Assert.Equal($"replica-1={host.Replica(1).GetProperty("http")};replica-2={host.Replica(2).GetProperty("http")}", environment["Cluster__Members"]);
        Assert.Equal("stdin", environment["Lifetime__Parent"]);
        Assert.Equal(200, (await host.PostAsync("/resources/dashboard/restart")).Status);
    }

    [Fact]
    public async Task Settings_FromTheEnvironment_MeanTheSame()
    {
        var environment = new Dictionary<string, string>(AppHostProcess.NoRedis) { ["Replicas__Count"] = "1", ["Replicas__Spares"] = "0", ["Text__Enabled"] = "false" };

        await using var host = await AppHostProcess.StartAsync(Data, [], environment);

        var only = Assert.Single(host.Cluster().GetProperty("replicas").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, only.GetProperty("text").ValueKind);
    }

    [Fact]
    public async Task Redis_Given_IsPassedOn_AndNobodyWaitsForIt()
    {
        await using var host = await AppHostProcess.StartAsync(
            Data, ["--Replicas:Count", "1", "--Replicas:Spares", "0", "--ConnectionStrings:redis", "127.0.0.1:18106,password=secret"]);

        Assert.Contains("Ids come from the Redis at 127.0.0.1:18106: ConnectionStrings:redis names it.", host.Output);
        Assert.DoesNotContain("secret", host.Output);
        Assert.Equal("127.0.0.1:18106", host.Cluster().GetProperty("redis").GetString());
        Assert.Equal("127.0.0.1:18106,password=secret", (await host.AskReplicaAsync<Dictionary<string, string>>(1, "/env"))["ConnectionStrings__redis"]);
    }

    [Fact]
    public async Task Redis_None_IsTheFile()
    {
        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "0"]);

        Assert.Contains($"Ids come from the file {Path.Combine(Data, "ids.json")}: no ConnectionStrings:redis is given, and PATH has no redis-server.", host.Output);
    }

    [Fact]
    public async Task Redis_OnPath_RunsOnAPrivateLoopbackPort_WithAppendOnlyData()
    {
        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "0"], new Dictionary<string, string>());

        var redis = host.Cluster().GetProperty("redis").GetString()!;
        Assert.Matches("Ids come from .*redis-server on port [0-9]+: no ConnectionStrings:redis is given, and PATH has a redis-server.", host.Output);
        Assert.Equal(redis, (await host.AskReplicaAsync<Dictionary<string, string>>(1, "/env"))["ConnectionStrings__redis"]);
        Assert.Equal("+PONG", await AskRedisAsync(redis, "PING"));
        Assert.Equal("+OK", await AskRedisAsync(redis, "SET x 1"));
        Assert.Contains(Directory.EnumerateFiles(Path.Combine(Data, "redis"), "*", SearchOption.AllDirectories), file => file.Contains("appendonly"));
        Assert.Equal(200, (await host.PostAsync("/resources/redis-server/crash")).Status);
        Assert.Equal(200, (await host.PostAsync("/resources/redis-server/start")).Status);
        Assert.Equal("$1", await AskRedisAsync(redis, "GET x"));
    }

    [Fact]
    public async Task Redis_ThatDoesNotStart_IsSaid_AndReplicasServeWithoutIt()
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder.Path, "bin")).FullName;
        var program = Path.Combine(path, "redis-server");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho no memory left >&2\nexit 1\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "0"], new Dictionary<string, string> { ["PATH"] = path });

        await host.SaysAsync("redis-server ended with exit code 1 before it was ready: no memory left. Members go on without it; nobody can join until it answers");
        Assert.Equal("Running", host.Replica(1).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Replica_ThatFails_IsSaid_WithItsOwnWords_AndTheOthersServe()
    {
        var environment = new Dictionary<string, string>(AppHostProcess.NoRedis) { ["Test__Fail"] = "2" };

        await using var host = await AppHostProcess.StartAsync(Data, ["--Replicas:Count", "1", "--Replicas:Spares", "0"], environment);

        Assert.Contains("replica-1 ended with exit code 2 before it was ready: The test wants this service to fail", host.Output);
        var (status, body) = await host.PostAsync("/resources/replica-1/start");
        Assert.Equal(502, status);
        Assert.Equal("replica-1 ended with exit code 2 before it was ready: The test wants this service to fail.", body.GetProperty("detail").GetString());
    }

    private static async Task<string> AskRedisAsync(string address, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address));
        await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
        using var reader = new StreamReader(client.GetStream());
        await writer.WriteAsync(command + "\r\n");
        return await reader.ReadLineAsync() ?? "";
    }
}
