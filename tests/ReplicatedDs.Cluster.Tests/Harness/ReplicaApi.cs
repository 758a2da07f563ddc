using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>One replica's HTTP API, as a client or an operator calls it.</summary>
internal sealed class ReplicaApi(ResourceView slot, string clusterKey, string? accessKey = null)
{
    public string Name => slot.Name;

    public Uri Http { get; } = new(slot.Http ?? throw new XunitException($"{slot.Name} has no http address."));

    public Uri Peer { get; } = new(slot.Peer ?? throw new XunitException($"{slot.Name} has no peer address."));

    /// <value>Host and port of the text gateway.</value>
    public string Text => slot.Text ?? throw new XunitException($"{Name} has no text gateway.");

    public Task<Answer> PutAsync(string key, string value, string? token = null, CancellationToken cancellationToken = default) =>
        KvAsync(HttpMethod.Put, key, token, null, new StringContent(value, Encoding.UTF8, "text/plain"), cancellationToken);

    /// <summary>Writes, which must succeed.</summary>
    public async Task<(WriteView Write, string Token)> WriteAsync(string key, string value, string? token = null)
    {
        var answer = (await PutAsync(key, value, token)).Expect(HttpStatusCode.OK);
        return (answer.Read<WriteView>(), answer.Token ?? throw new XunitException($"There is no Causal-Token on: {answer}"));
    }

    public Task<Answer> GetAsync(string key, string? token = null, int? timeoutMs = null) => KvAsync(HttpMethod.Get, key, token, timeoutMs, null);

    public Task<Answer> DeleteAsync(string key, string? token = null) => KvAsync(HttpMethod.Delete, key, token, null, null);

    /// <summary>Waits until the key has that value here.</summary>
    public async Task ShowsAsync(string key, string value, TimeSpan? within = null) => await Eventually.SeesAsync(
        $"{Name} shows {key} = {(value.Length > 40 ? value[..40] + "…" : value)}", () => GetAsync(key), answer => answer.Status == HttpStatusCode.OK && answer.Body == value, within);

    public async Task<ClockView> ClockAsync() => await GetAsync<ClockView>("/clock");

    public async Task<PendingView> PendingAsync() => await GetAsync<PendingView>("/pending");

    public async Task<MembersView> MembersAsync() => await GetAsync<MembersView>("/members");

    public async Task<StatusView> StatusAsync() => await GetAsync<StatusView>("/status");

    public Task<Answer> HealthAsync() => CallAsync(HttpMethod.Get, "/health");

    /// <summary>Waits until everything up to <paramref name="clock"/> is visible here.</summary>
    public async Task CoversAsync(IReadOnlyDictionary<string, long> clock, TimeSpan? within = null) => await Eventually.SeesAsync(
        $"{Name} has applied {ClockText.Of(clock)}", ClockAsync, seen => clock.All(entry => seen.Delivered.GetValueOrDefault(entry.Key) >= entry.Value), within);

    public Task<IReadOnlyList<LinkView>> HoldAsync(int peer) => SetLinkAsync(peer, """{"mode":"hold"}""");

    public async Task<IReadOnlyList<LinkView>> SetLinkAsync(int peer, string body) =>
        (await OperateAsync(HttpMethod.Put, $"/admin/links/{peer}", body)).Expect(HttpStatusCode.OK).Read<LinkView[]>();

    public async Task<IReadOnlyList<LinkView>> ReleaseAsync(int peer, int count) =>
        (await OperateAsync(HttpMethod.Post, $"/admin/links/{peer}/release?count={count}")).Expect(HttpStatusCode.OK).Read<LinkView[]>();

    public async Task<IReadOnlyList<LinkView>> HealAsync() => (await OperateAsync(HttpMethod.Delete, "/admin/links")).Expect(HttpStatusCode.OK).Read<LinkView[]>();

    public async Task<IReadOnlyList<LinkView>> LinksAsync() => (await OperateAsync(HttpMethod.Get, "/admin/links")).Expect(HttpStatusCode.OK).Read<LinkView[]>();

    /// <summary>Delivers an update by hand, in the original system's notation.</summary>
    public Task<Answer> DeliverAsync(string text) => CallAsync(HttpMethod.Post, "/replication/updates", new StringContent(text, Encoding.UTF8, "text/plain"));

    /// <summary>An operator call with the cluster key.</summary>
    public Task<Answer> OperateAsync(HttpMethod method, string path, string? json = null, string? key = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Http, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key ?? clusterKey);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        return Harness.Http.SendAsync(request);
    }

    /// <summary>A client's call: without credentials, unless the replicas have keys.</summary>
    public Task<Answer> CallAsync(HttpMethod method, string path, HttpContent? content = null) => Harness.Http.SendAsync(Request(method, path, content));

    public async Task<T> GetAsync<T>(string path) => (await CallAsync(HttpMethod.Get, path)).Expect(HttpStatusCode.OK).Read<T>();

    /// <summary>Reads the telemetry from its beginning until <paramref name="isEnough"/>.</summary>
    public async Task<IReadOnlyList<EventView>> EventsAsync(string expectation, Func<IReadOnlyList<EventView>, bool> isEnough)
    {
        var events = new List<EventView>();
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        try
        {
            using var response = await Harness.Http.Client.GetAsync(new Uri(Http, "/events?after=0"), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(deadline.Token))
            {
                if (item.Data.Length > 0)
                {
                    events.Add(JsonSerializer.Deserialize<EventView>(item.Data, JsonSerializerOptions.Web)!);
                }

                if (isEnough(events))
                {
                    return events;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // Told below, with what was seen.
        }

        throw new XunitException(
            $"Expected within {Eventually.Patience.TotalSeconds} s in the events of {Name}: {expectation}. Seen: {string.Join(", ", events.TakeLast(40).Select(e => $"{e.Kind} {e.Dot}"))}");
    }

    private Task<Answer> KvAsync(HttpMethod method, string key, string? token, int? timeoutMs, HttpContent? content, CancellationToken cancellationToken = default)
    {
        var request = Request(method, "/kv/" + Uri.EscapeDataString(key), content);
        if (token is not null)
        {
            request.Headers.Add("Causal-Token", token);
        }

        if (timeoutMs is { } timeout)
        {
            request.Headers.Add("Causal-Timeout", $"{timeout}");
        }

        return Harness.Http.SendAsync(request, cancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, new Uri(Http, path)) { Content = content };
        request.Headers.Authorization = accessKey is null ? null : new AuthenticationHeaderValue("Bearer", accessKey);
        return request;
    }
}
