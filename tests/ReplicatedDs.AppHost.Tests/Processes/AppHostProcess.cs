using System.Net.Http.Headers;
using System.Text.Json;

namespace ReplicatedDs.AppHost.Tests.Processes;

/// <summary>The app host as a process, with the test service in the replicas' and the dashboard's place, on free ports.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(60);

    private readonly ProgramProcess _process;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(90) };

    public AppHostProcess(string data, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null)
    {
        Data = data;
        var service = Path.Combine(AppContext.BaseDirectory.Replace("ReplicatedDs.AppHost.Tests", "ReplicatedDs.TestService", StringComparison.Ordinal), "ReplicatedDs.TestService.dll");
        _process = ProgramProcess.Start(
            typeof(RefusedException).Assembly.Location,
            args,
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["Orchestration__Assemblies__ReplicatedDs.Replica"] = service,
                ["Orchestration__Assemblies__ReplicatedDs.Dashboard"] = service,
            });
    }

    public string Data { get; }

    public string Output => _process.Output;

    public string ClusterFile => Path.Combine(Data, "cluster.json");

    /// <summary>Without Redis and dashboard unless the switches say otherwise; returns when the application says that it has started.</summary>
    public static async Task<AppHostProcess> StartAsync(string data, string[]? args = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var host = new AppHostProcess(
            data,
            ["--Data", data, "--Ports", "auto", "--Dashboard:Enabled", "false", .. args ?? []],
            environment ?? NoRedis);
        try
        {
            await host.SaysAsync("Distributed application started. Press Ctrl+C to shut down.");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <value>An environment whose PATH has no redis-server.</value>
    public static IReadOnlyDictionary<string, string> NoRedis { get; } = new Dictionary<string, string> { ["PATH"] = "/nowhere" };

    public Task SaysAsync(string text) => Eventually.TrueAsync(() => Output.Contains(text), $"the app host says '{text}'", () => Output, seconds: 90);

    /// <summary>The exit code and what was written to standard error.</summary>
    public async Task<(int Code, string Errors)> EndAsync()
    {
        await _process.ExitedAsync(EndDeadline);
        return (_process.ExitCode, _process.Errors);
    }

    public void Signal(int signal) => ProcessTable.Send(_process.Pid, signal);

    /// <summary>The processes under it, the deepest too: a redis-server runs under a guard.</summary>
    public IReadOnlyList<ProcessEntry> Children() => ProcessTable.Descendants(_process.Pid);

    public JsonElement Cluster()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(ClusterFile));
        return document.RootElement.Clone();
    }

    public JsonElement Replica(int number) => Cluster().GetProperty("replicas")[number - 1];

    public int Pid(int number) => Replica(number).GetProperty("pid").GetInt32();

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        var control = Cluster().GetProperty("control");
        using var request = new HttpRequestMessage(method, control.GetProperty("url").GetString() + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", control.GetProperty("token").GetString());
        change?.Invoke(request);
        using var answer = await _client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body));
    }

    public Task<(int Status, JsonElement Body)> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

    /// <summary>The data of the first server-sent event that is wanted.</summary>
    public async Task<string> EventAsync(string path, Func<string, bool> wanted, Func<Task>? meanwhile = null)
    {
        var control = Cluster().GetProperty("control");
        using var request = new HttpRequestMessage(HttpMethod.Get, control.GetProperty("url").GetString() + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", control.GetProperty("token").GetString());
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(deadline.Token));
        var seen = 0;
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                continue;
            }

            if (wanted(line[6..]))
            {
                return line[6..];
            }

            if (seen++ == 0 && meanwhile is not null)
            {
                await meanwhile();
            }
        }

        throw new EndOfStreamException(path);
    }

    public async Task<T> AskReplicaAsync<T>(int number, string path) =>
        JsonSerializer.Deserialize<T>(await _client.GetStringAsync(Replica(number).GetProperty("http").GetString() + path))!;

    public async Task PostToReplicaAsync(int number, string path)
    {
        using var answer = await _client.PostAsync(new Uri(Replica(number).GetProperty("http").GetString() + path), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task StopAsync()
    {
        _process.Terminate();
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await using (_process)
        {
            if (!_process.HasExited)
            {
                await StopAsync(); // so that nobody writes into a folder that is about to go
            }
        }
    }
}
