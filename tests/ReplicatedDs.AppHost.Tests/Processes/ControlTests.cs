using System.Text.Json;

namespace ReplicatedDs.AppHost.Tests.Processes;

public sealed class ControlTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private AppHostProcess _host = null!;

    public async Task InitializeAsync() =>
        _host = await AppHostProcess.StartAsync(Path.Combine(_folder.Path, "data"), ["--Replicas:Count", "2", "--Replicas:Spares", "1"]);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Crash_AnswersWhenTheProcessIsGone_AndClusterJsonSaysSo()
    {
        var pid = _host.Pid(2);

        var (status, body) = await _host.PostAsync("/resources/replica-2/crash");

        Assert.Equal(200, status);
        Assert.Null(ProcessTable.Find(pid));
        Assert.Equal(JsonValueKind.Null, _host.Replica(2).GetProperty("pid").ValueKind);
        Assert.Equal(2, _host.Replica(2).GetProperty("id").GetInt32());
        Assert.Equal("Finished", body.GetProperty("state").GetString());
        Assert.False(body.GetProperty("spare").GetBoolean());
        Assert.Equal(409, (await _host.PostAsync("/resources/replica-2/crash")).Status);
        await _host.SaysAsync("replica-2 ended with exit code 137, as its command 'crash' asked");
        Assert.DoesNotContain("by itself", _host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AnswersWhenItServes_AtItsOldPort_And409WhenItRuns()
    {
        var before = _host.Replica(2);
        Assert.Equal(200, (await _host.PostAsync("/resources/replica-2/stop")).Status);
        Assert.Equal(200, (await _host.PostAsync("/resources/replica-2/stop")).Status);

        var (status, body) = await _host.PostAsync("/resources/replica-2/start");

        Assert.Equal(200, status);
        Assert.Equal("Healthy", body.GetProperty("health").GetString());
        await _host.AskReplicaAsync<int>(2, "/pid");
        Assert.Equal(before.GetProperty("http").GetString(), _host.Replica(2).GetProperty("http").GetString());
        Assert.NotEqual(before.GetProperty("pid").GetInt32(), _host.Pid(2));
        (status, body) = await _host.PostAsync("/resources/replica-2/start");
        Assert.Equal((409, "urn:replicated-ds:already-running"), (status, body.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Start_AskedTwiceAtOnce_StartsOneProcess()
    {
        await _host.PostAsync("/resources/replica-2/crash");

        var answers = await Task.WhenAll(_host.PostAsync("/resources/replica-2/start"), _host.PostAsync("/resources/replica-2/start"));

        Assert.Equal([200, 409], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task Stop_LeavesTheOthersAlone_AndRestartBringsItBack()
    {
        var first = _host.Pid(1);
        var second = _host.Pid(2);

        Assert.Equal(200, (await _host.PostAsync("/resources/replica-2/stop")).Status);
        Assert.Null(ProcessTable.Find(second));
        Assert.Equal(200, (await _host.PostAsync("/resources/replica-2/restart")).Status);

        Assert.Equal(first, _host.Pid(1));
        Assert.Equal(2, _host.Replica(2).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Join_TakesASpare_UntilNoneIsLeft_AndOneWhoLeavesMakesRoom()
    {
        var (status, body) = await _host.PostAsync("/join");
        Assert.Equal((201, "replica-3", 3), (status, body.GetProperty("name").GetString(), body.GetProperty("id").GetInt32()));
        Assert.Equal(3, _host.Replica(3).GetProperty("id").GetInt32());
        await _host.PostAsync("/resources/replica-2/crash");
        (status, body) = await _host.PostAsync("/join");
        Assert.Equal((409, "urn:replicated-ds:no-spare"), (status, body.GetProperty("type").GetString())); // a member that is down stays a member

        await _host.PostToReplicaAsync(3, "/admin/leave");
        await Eventually.TrueAsync(
            () => _host.Replica(3) is var left && left.GetProperty("id").ValueKind == JsonValueKind.Null && left.GetProperty("state").GetString() == "NotStarted",
            "replica-3 is a spare",
            () => _host.Replica(3));

        (status, body) = await _host.PostAsync("/join");
        Assert.Equal((201, "replica-3", 4), (status, body.GetProperty("name").GetString(), body.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task FounderThatLeft_DoesNotFoundAgain()
    {
        await _host.PostToReplicaAsync(1, "/admin/leave");
        await Eventually.TrueAsync(() => _host.Replica(1).GetProperty("state").GetString() == "NotStarted", "replica-1 is a spare", () => _host.Replica(1));

        var (status, body) = await _host.PostAsync("/join");

        Assert.Equal((201, "replica-1", 3), (status, body.GetProperty("name").GetString(), body.GetProperty("id").GetInt32()));
        Assert.Equal("false", (await _host.AskReplicaAsync<Dictionary<string, string>>(1, "/env"))["Replica__Found"]);
    }

    [Fact]
    public async Task ProcessKilledFromOutside_IsSeen()
    {
        ProcessTable.Kill(_host.Pid(2));

        await Eventually.TrueAsync(() => _host.Replica(2).GetProperty("state").GetString() == "Finished", "it is seen", () => _host.Replica(2));
        await _host.SaysAsync("replica-2 ended by itself with exit code 137");
    }

    [Fact]
    public async Task Request_WithoutItsToken_OrOfAForeignHostOrOrigin_IsRefused()
    {
        Assert.Equal(401, (await _host.SendAsync(HttpMethod.Get, "/resources", request => request.Headers.Authorization = null)).Status);
        Assert.Equal(401, (await _host.SendAsync(HttpMethod.Post, "/join", request => request.Headers.Authorization = new("Bearer", "wrong"))).Status);
        Assert.Equal(400, (await _host.SendAsync(HttpMethod.Post, "/join", request => request.Headers.Host = "evil.example")).Status);
        Assert.Equal(403, (await _host.SendAsync(HttpMethod.Post, "/join", request => request.Headers.Add("Origin", "http://evil.example"))).Status);
        Assert.Equal(JsonValueKind.Null, _host.Replica(3).GetProperty("pid").ValueKind);
    }

    [Theory]
    [InlineData("POST", "/resources/replica-9/start", 404)]
    [InlineData("POST", "/resources/replica-1/fly", 404)]
    [InlineData("GET", "/resources/replica-9/logs", 404)]
    [InlineData("GET", "/join", 405)]
    [InlineData("GET", "/nothing", 404)]
    public async Task Request_ForNothingThatIsThere_IsRefused(string method, string path, int expected)
    {
        var (status, problem) = await _host.SendAsync(new HttpMethod(method), path);

        Assert.Equal((expected, expected), (status, problem.GetProperty("status").GetInt32()));
        Assert.EndsWith(".", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SendsTheListAtOnce_AndAfterEveryChange()
    {
        var (_, list) = await _host.SendAsync(HttpMethod.Get, "/resources");
        Assert.Equal(["replica-1", "replica-2", "replica-3"], list.EnumerateArray().Select(resource => resource.GetProperty("name").GetString()));

        var changed = await _host.EventAsync(
            "/resources/stream",
            data => JsonSerializer.Deserialize<JsonElement>(data)[1].GetProperty("state").GetString() == "Finished",
            () => _host.PostAsync("/resources/replica-2/crash"));

        Assert.Equal(137, JsonSerializer.Deserialize<JsonElement>(changed)[1].GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Logs_FollowWhatAReplicaWrites()
    {
        await _host.PostToReplicaAsync(1, "/test/log?error=false&text=first");

        await _host.EventAsync("/resources/replica-1/logs", data => data == "second", () => _host.PostToReplicaAsync(1, "/test/log?error=false&text=second"));
    }
}
