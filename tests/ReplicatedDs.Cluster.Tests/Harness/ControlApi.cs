using System.Net;
using System.Net.Http.Headers;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>The AppHost's control API.</summary>
internal sealed class ControlApi(ControlDescription control)
{
    public async Task<ResourceView> StartAsync(string name) => (await PostAsync($"/resources/{name}/start")).Expect(HttpStatusCode.OK).Read<ResourceView>();

    /// <summary>SIGKILL; answers when the process is gone.</summary>
    public async Task CrashAsync(string name) => (await PostAsync($"/resources/{name}/crash")).Expect(HttpStatusCode.OK);

    public async Task StopAsync(string name) => (await PostAsync($"/resources/{name}/stop")).Expect(HttpStatusCode.OK);

    /// <summary>Starts a spare; answers when it serves.</summary>
    public async Task<ResourceView> JoinAsync() => (await PostAsync("/join")).Expect(HttpStatusCode.Created).Read<ResourceView>();

    public Task<Answer> PostAsync(string path) => CallAsync(HttpMethod.Post, path);

    public Task<Answer> CallAsync(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(new Uri(control.Url), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", control.Token);
        return Http.SendAsync(request);
    }
}
