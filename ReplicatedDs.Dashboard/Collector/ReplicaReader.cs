using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>The calls that the collector makes at a replica. Answers are bounded in time and size.</summary>
internal sealed class ReplicaReader(HttpClient http, DashboardOptions options)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly EventParser _events = new();

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public Task<StatusView> StatusAsync(ReplicaSlot slot, CancellationToken cancellationToken) => GetAsync<StatusView>(slot, "/status", cancellationToken);

    public Task<ClockView> ClockAsync(ReplicaSlot slot, CancellationToken cancellationToken) => GetAsync<ClockView>(slot, "/clock", cancellationToken);

    public Task<PendingView> PendingAsync(ReplicaSlot slot, CancellationToken cancellationToken) => GetAsync<PendingView>(slot, FormattableString.Invariant($"/pending?limit={DashboardOptions.PendingShown}"), cancellationToken);

    public Task<MembersView> MembersAsync(ReplicaSlot slot, CancellationToken cancellationToken) => GetAsync<MembersView>(slot, "/members", cancellationToken);

    /// <summary>The links, or why they cannot be seen.</summary>
    public async Task<(IReadOnlyList<LinkView>? Links, string? Refusal)> LinksAsync(ReplicaSlot slot, CancellationToken cancellationToken)
    {
        if (options.ReplicaKey is null)
        {
            return (null, "the dashboard was started without Cluster:Key or Dashboard:AccessKey");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(slot.Address, "/admin/links"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ReplicaKey);
        using var timeout = Bound(cancellationToken);
        using var response = await http.SendAsync(request, timeout.Token);
        if (response.IsSuccessStatusCode)
        {
            return (await response.Content.ReadFromJsonAsync<LinkView[]>(Json, timeout.Token) ?? [], null);
        }

        return (null, response.StatusCode switch
        {
            HttpStatusCode.Forbidden => "lab mode is off: links cannot be held",
            HttpStatusCode.Unauthorized => "the replica does not accept this dashboard's key",
            _ => $"the replica answered {(int)response.StatusCode} for its links",
        });
    }

    /// <summary>The replica's event feed after number <paramref name="after"/>.</summary>
    public async Task<EventStream> EventsAsync(ReplicaSlot slot, long after, FeedDetail detail, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(slot.Address, $"/events?after={after}{detail.Query(DemoKeys.Prefix)}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellationToken);
            return new EventStream(response, SseParser.Create(body, (_, data) => _events.Parse(data)));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<T> GetAsync<T>(ReplicaSlot slot, string path, CancellationToken cancellationToken)
    {
        using var timeout = Bound(cancellationToken);
        return await http.GetFromJsonAsync<T>(new Uri(slot.Address, path), Json, timeout.Token) ?? throw new JsonException($"{path} answered null.");
    }

    private static CancellationTokenSource Bound(CancellationToken cancellationToken)
    {
        var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(AnswerTimeout);
        return bound;
    }
}
