using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicatedDs.Orchestration.Tests;

/// <summary>An application of test services in this process, stopped at the end of the test.</summary>
internal sealed class Harness(params string[] args) : IAsyncDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private DistributedApplication? _app;

    public IDistributedApplicationBuilder Builder { get; } = DistributedApplication.CreateBuilder(["--environment=Testing", .. args]);

    public DistributedApplication App => _app ??= Builder.Build();

    /// <value>Every state seen, in order, as "name state".</value>
    public ConcurrentQueue<string> Seen { get; } = [];

    public IResourceBuilder<ProjectResource> AddService(string name) => Builder.AddProject<Service>(name, launchProfileName: null)
        .WithHttpEndpoint(name: "http")
        .WithHttpHealthCheck("/health");

    public async Task StartAsync()
    {
        _ = RecordAsync();
        await App.StartAsync();
    }

    public Task<ResourceEvent> HealthyAsync(IResource resource) => App.ResourceNotifications
        .WaitForResourceHealthyAsync(resource.Name, WaitBehavior.StopOnResourceUnavailable)
        .WaitAsync(TimeSpan.FromSeconds(60));

    public CustomResourceSnapshot Snapshot(IResource resource)
    {
        Assert.True(App.ResourceNotifications.TryGetCurrentState(resource.Name, out var current), $"{resource.Name} has no state");
        return current.Snapshot;
    }

    public string? State(IResource resource) => Snapshot(resource).State?.Text;

    public int Pid(IResource resource) => int.Parse((string)Assert.Single(Snapshot(resource).Properties).Value!);

    public Task StateAsync(IResource resource, string state, double seconds = 30) =>
        Eventually.TrueAsync(() => State(resource) == state, $"{resource.Name} is {state}", () => string.Join(", ", Seen), seconds);

    public Task<ExecuteCommandResult> CommandAsync(IResource resource, string command) =>
        App.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(resource, command);

    public async Task<T> GetAsync<T>(IResourceBuilder<ProjectResource> service, string path) =>
        (await _client.GetFromJsonAsync<T>($"http://127.0.0.1:{service.GetEndpoint("http").Port}{path}"))!;

    public async Task PostAsync(IResourceBuilder<ProjectResource> service, string path)
    {
        using var answer = await _client.PostAsync(new Uri($"http://127.0.0.1:{service.GetEndpoint("http").Port}{path}"), null);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    private async Task RecordAsync()
    {
        await foreach (var change in App.ResourceNotifications.WatchAsync())
        {
            Seen.Enqueue($"{change.ResourceId} {change.Snapshot.State?.Text}");
        }
    }
}
