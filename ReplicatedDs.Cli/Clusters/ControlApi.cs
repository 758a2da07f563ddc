using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Clusters;

/// <summary>The AppHost's control API.</summary>
internal sealed class ControlApi(ControlDescription control)
{
    /// <summary>A join may take a minute.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(90) };

    /// <summary>Starts a spare; done once it serves.</summary>
    public Task<ResourceView> JoinAsync(CancellationToken cancellation) => PostAsync("/join", cancellation);

    /// <summary>Kills the process of a replica; done once it is gone.</summary>
    public Task<ResourceView> CrashAsync(string name, CancellationToken cancellation) => PostAsync($"/resources/{Uri.EscapeDataString(name)}/crash", cancellation);

    public async Task<IReadOnlyList<ResourceView>> ResourcesAsync(CancellationToken cancellation) =>
        await SendAsync<ResourceView[]>(HttpMethod.Get, "/resources", cancellation);

    private Task<ResourceView> PostAsync(string path, CancellationToken cancellation) => SendAsync<ResourceView>(HttpMethod.Post, path, cancellation);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(control.Url), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", control.Token);
        try
        {
            using var response = await Http.SendAsync(request, cancellation);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<T>(cancellation) ?? throw new JsonException("It answered null.");
            }

            throw new RdsException(
                (int)response.StatusCode >= 500 ? ExitCodes.Unavailable : ExitCodes.Refused,
                $"The AppHost refused: {await SentenceAsync(response, cancellation)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            throw new RdsException(ExitCodes.Unavailable, $"The AppHost at {control.Url} does not answer: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RdsException(ExitCodes.Unavailable, $"The AppHost at {control.Url} did not answer within {Http.Timeout.TotalSeconds} s.");
        }
    }

    private static async Task<string> SentenceAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("detail", out var detail))
            {
                return detail.GetString() ?? "";
            }
        }
        catch (JsonException)
        {
            // Its status has to do.
        }

        return $"{(int)response.StatusCode} {response.ReasonPhrase}";
    }
}
