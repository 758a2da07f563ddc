using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>What the collector reads from the AppHost's control API.</summary>
internal sealed class ControlReader(HttpClient http, DashboardOptions options)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<ResourceView>> ResourcesAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        using var request = Request("/resources");
        using var response = await http.SendAsync(request, timeout.Token);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<ResourceView[]>(ReplicaReader.Json, timeout.Token) ?? [];
    }

    /// <summary>One item per change; what changed is in <see cref="ResourcesAsync"/>.</summary>
    public async IAsyncEnumerable<string> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = Request("/resources/stream");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            yield return item.Data;
        }
    }

    private HttpRequestMessage Request(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Control!, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ControlToken);
        return request;
    }
}
