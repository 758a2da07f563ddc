using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client.Operations;

/// <summary>
/// Calls to one replica about itself, and an operator's calls, which need <see cref="ReplicatedDsClientOptions.ClusterKey"/>. They take part in no
/// session and never go to another replica.
/// </summary>
public sealed class ReplicaOperations
{
    private readonly Dispatcher _dispatcher;

    internal ReplicaOperations(Dispatcher dispatcher, Uri address)
    {
        _dispatcher = dispatcher;
        Address = address;
    }

    public Uri Address { get; }

    public Task<StatusView> StatusAsync(CancellationToken cancellationToken = default) => GetAsync("status", "/status", ClientJson.Default.StatusView, cancellationToken);

    public Task<MembersView> MembersAsync(CancellationToken cancellationToken = default) => GetAsync("members", "/members", ClientJson.Default.MembersView, cancellationToken);

    /// <summary>How many updates of each replica it has applied.</summary>
    public Task<ClockView> ClockAsync(CancellationToken cancellationToken = default) => GetAsync("clock", "/clock", ClientJson.Default.ClockView, cancellationToken);

    /// <summary>The updates that arrived and wait.</summary>
    /// <param name="limit">How many are described at most; 0 to 10,000.</param>
    public Task<PendingView> PendingAsync(int limit = 1000, CancellationToken cancellationToken = default) =>
        GetAsync("pending", string.Create(CultureInfo.InvariantCulture, $"/pending?limit={limit}"), ClientJson.Default.PendingView, cancellationToken);

    /// <summary>Who holds what an update waits for; refused with <c>not-pending</c> if it does not wait.</summary>
    public Task<PendingWhyView> PendingWhyAsync(Dot update, CancellationToken cancellationToken = default) =>
        GetAsync("pending-why", $"/pending/{Uri.EscapeDataString(update.ToString())}/why", ClientJson.Default.PendingWhyView, cancellationToken);

    /// <summary>What every member has applied, as far as it knows.</summary>
    public Task<StableView> StableAsync(CancellationToken cancellationToken = default) => GetAsync("stable", "/stable", ClientJson.Default.StableView, cancellationToken);

    /// <summary>Its events after number <paramref name="after"/>, as they happen, until the connection ends. 0: from the oldest kept.</summary>
    public async IAsyncEnumerable<EventView> EventsAsync(long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, string.Create(CultureInfo.InvariantCulture, $"/events?after={after}")));
        await using var stream = await EventStream.OpenAsync(_dispatcher, request, cancellationToken).ConfigureAwait(false);
        await foreach (var item in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            EventView? view;
            try
            {
                view = item.Data is null ? null : JsonSerializer.Deserialize(item.Data, ClientJson.Default.EventView);
            }
            catch (JsonException exception)
            {
                throw new UnexpectedAnswerException($"{Address} sent an event that this client does not understand: {exception.Message}", exception);
            }

            if (view is not null)
            {
                yield return view;
            }
        }
    }

    /// <summary>Its links to the others.</summary>
    public Task<IReadOnlyList<LinkView>> LinksAsync(CancellationToken cancellationToken = default) =>
        SendAsync(new Call("links", HttpMethod.Get, "/admin/links") { IsOperators = true }, ClientJson.Default.IReadOnlyListLinkView, cancellationToken);

    /// <summary>Puts a fault on its link to a peer, or takes it off. Lab mode only.</summary>
    public Task<IReadOnlyList<LinkView>> SetLinkAsync(int peer, LinkRequest link, CancellationToken cancellationToken = default) => SendAsync(
        new Call("link-set", HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"/admin/links/{peer}"))
        {
            IsOperators = true,
            Body = JsonSerializer.SerializeToUtf8Bytes(link, ClientJson.Default.LinkRequest),
            ContentType = "application/json",
        },
        ClientJson.Default.IReadOnlyListLinkView,
        cancellationToken);

    /// <summary>Lets held updates pass.</summary>
    public Task<IReadOnlyList<LinkView>> ReleaseLinkAsync(int peer, int count = 1, CancellationToken cancellationToken = default) => SendAsync(
        new Call("link-release", HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/admin/links/{peer}/release?count={count}")) { IsOperators = true },
        ClientJson.Default.IReadOnlyListLinkView,
        cancellationToken);

    /// <summary>Takes the faults off all its links.</summary>
    public Task<IReadOnlyList<LinkView>> HealLinksAsync(CancellationToken cancellationToken = default) =>
        SendAsync(new Call("links-heal", HttpMethod.Delete, "/admin/links") { IsOperators = true }, ClientJson.Default.IReadOnlyListLinkView, cancellationToken);

    /// <summary>It leaves the cluster for good, and ends when others hold everything that it wrote.</summary>
    public Task<LeaveView> LeaveAsync(CancellationToken cancellationToken = default) =>
        SendAsync(new Call("leave", HttpMethod.Post, "/admin/leave") { IsOperators = true }, ClientJson.Default.LeaveView, cancellationToken);

    /// <summary>Has it declare another member dead. Irrevocable.</summary>
    /// <param name="force">Also where the survivors are no majority.</param>
    public Task<EvictView> EvictAsync(int id, bool force = false, CancellationToken cancellationToken = default) => SendAsync(
        new Call("evict", HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/admin/evict/{id}{(force ? "?force=true" : "")}")) { IsOperators = true },
        ClientJson.Default.EvictView,
        cancellationToken);

    /// <summary>
    /// Writes everything that it holds to <paramref name="target"/>, at one causal cut, in the format of <see cref="Causality.Wire.SnapshotCodec"/>. Reads and
    /// writes go on meanwhile.
    /// </summary>
    /// <exception cref="ReplicasUnavailableException">It did not answer, or the stream was cut; what was written so far is of no use.</exception>
    public async Task BackUpAsync(Stream target, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/admin/snapshot"));
        if (_dispatcher.Options.ClusterKey is { } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        try
        {
            using var response = await _dispatcher.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                var answer = await Answer.ReadAsync(response, Address, cancellationToken).ConfigureAwait(false);
                throw Problem.Of(answer).ToException(answer);
            }

            await response.Content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw new ReplicasUnavailableException($"{Address.Authority}: {exception.Message}", mayHaveHappened: false, exception);
        }
    }

    /// <summary>Kills its process on the spot.</summary>
    /// <exception cref="ReplicaRefusedException">It does not crash on command.</exception>
    public async Task CrashAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _dispatcher.SendAsync(new Call("crash", HttpMethod.Post, "/admin/crash") { IsOperators = true, IsOnce = true }, null, Address, cancellationToken).ConfigureAwait(false);
        }
        catch (ReplicasUnavailableException exception) when (exception.MayHaveHappened)
        {
            // A crash has no answer.
        }
    }

    private Task<T> GetAsync<T>(string name, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new Call(name, HttpMethod.Get, path), type, cancellationToken);

    private async Task<T> SendAsync<T>(Call call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await _dispatcher.SendAsync(call with { IsOnce = true }, null, Address, cancellationToken).ConfigureAwait(false)).Read(type);
}
