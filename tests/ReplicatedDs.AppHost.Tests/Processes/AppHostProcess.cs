using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ReplicatedDs.AppHost.Tests.Processes;

/// <summary>The app host as a process, with the test service in the replicas' and the dashboard's place, on free ports.</summary>
internal sealed class AppHostProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };

    public AppHostProcess(string data, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Data = data;
        var start = new ProcessStartInfo("dotnet", [typeof(RefusedException).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var service = Path.Combine(AppContext.BaseDirectory.Replace("ReplicatedDs.AppHost.Tests", "ReplicatedDs.TestService", StringComparison.Ordinal), "ReplicatedDs.TestService.dll");
        start.Environment["Orchestration__Assemblies__ReplicatedDs.Replica"] = service;
        start.Environment["Orchestration__Assemblies__ReplicatedDs.Dashboard"] = service;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Data { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public string ClusterFile => Path.Combine(Data, "cluster.json");

    /// <summary>Without Redis and dashboard unless the switches say otherwise; returns when the application says that it has started.</summary>
    public static async Task<AppHostProcess> StartAsync(string data, string[]? args = null, IReadOnlyDictionary<string, string?>? environment = null)
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
            host.Dispose();
            throw;
        }
    }

    /// <value>An environment whose PATH has no redis-server.</value>
    public static IReadOnlyDictionary<string, string?> NoRedis { get; } = new Dictionary<string, string?> { ["PATH"] = "/nowhere" };

    public Task SaysAsync(string text, double seconds = 30) =>
        Eventually.TrueAsync(() => Output.Contains(text) || Errors.Contains(text), $"the app host says '{text}'", () => $"{Output}\n{Errors}", seconds);

    /// <summary>The exit code and what was written to standard error.</summary>
    public async Task<(int Code, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20)); // also reads the output to its end
        return (_process.ExitCode, Errors);
    }

    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, Id.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>The processes under it, the deepest too: a redis-server runs under a guard.</summary>
    public IReadOnlyList<int> Children()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Eventually.IsAlive(pid))
            .ToDictionary(pid => pid, Parent);
        var found = new List<int> { Id };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents.Where(entry => entry.Value == found[i]).Select(entry => entry.Key));
        }

        return found[1..];
    }

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
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
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
        Signal("TERM");
        await EndAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            Signal("TERM");
            if (!_process.WaitForExit(15_000))
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static int Parent(int pid)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Read(List<string> lines)
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }

    private static void Add(List<string> lines, string? line)
    {
        lock (lines)
        {
            if (line is not null)
            {
                lines.Add(line);
            }
        }
    }
}
