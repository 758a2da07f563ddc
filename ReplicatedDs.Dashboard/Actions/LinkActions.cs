using System.Globalization;
using System.Net.Http.Headers;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>Holds, delays, drops, releases and heals directed links. The replica's answer carries the state reached; that is what is reported.</summary>
internal sealed class LinkActions(HttpClient http, DashboardOptions options, ClusterStore store)
{
    /// <summary>How long a fault lasts that is not healed before.</summary>
    public static readonly TimeSpan Expires = TimeSpan.FromMinutes(2);

    private const int ReleaseMax = 1_000_000;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Why links cannot be changed at a replica now, else <c>null</c>.</summary>
    public string? Refusal(ReplicaPicture from)
    {
        if (store.ActRefusal is { } observes)
        {
            return observes;
        }

        if (options.ReplicaKey is null)
        {
            return "The dashboard was started without Cluster:Key or Dashboard:AccessKey.";
        }

        return !from.IsLive ? $"{from.Label} is {from.State}." : store.Slot(from.Name).LinkRefusal is { } refusal ? $"At {from.Label}, {refusal}." : null;
    }

    /// <param name="expires">When it heals by itself; <c>null</c>: after the two minutes of the lab.</param>
    public Task<ActionOutcome> HoldAsync(ReplicaPicture from, int to, TimeSpan? expires = null) =>
        SetAsync(from, to, new LinkRequest("hold", ExpiresSeconds: (int)(expires ?? Expires).TotalSeconds));

    public Task<ActionOutcome> HealAsync(ReplicaPicture from, int to) => SetAsync(from, to, new LinkRequest("ok"));

    /// <summary>Holds, delays, drops or heals: what the request says, and it is done when the replica reports just that.</summary>
    public async Task<ActionOutcome> SetAsync(ReplicaPicture from, int to, LinkRequest request)
    {
        var (links, failure) = await SendAsync(from, HttpMethod.Put, $"/admin/links/{to}", request);
        var link = links.FirstOrDefault(link => link.Peer == to);
        if (failure is null && link is not null && IsReached(link, request))
        {
            return ActionOutcome.Done(request.Mode switch
            {
                "ok" => $"Link {from.Label}→r{to} is healed.",
                "hold" => $"Link {from.Label}→r{to} is held: what {from.Label} writes does not reach r{to}.",
                "delay" => $"Link {from.Label}→r{to} is delayed by {request.DelayMs} ms{(request.JitterMs > 0 ? $" ± {request.JitterMs} ms" : "")}.",
                _ => $"Link {from.Label}→r{to} drops {(request.DropPercent == 100 ? "everything" : $"{request.DropPercent} %")}: what is lost is sent again.",
            });
        }

        return ActionOutcome.Failed($"Link {from.Label}→r{to} was not changed: {failure ?? $"the replica reports it as {link?.Mode ?? "unknown"}"}");
    }

    /// <summary>The same in both directions.</summary>
    public async Task<ActionOutcome> SetBothAsync(ReplicaPicture one, ReplicaPicture other, LinkRequest request)
    {
        var outcomes = new[] { await SetAsync(one, other.Id!.Value, request), await SetAsync(other, one.Id!.Value, request) };
        var text = string.Join(" ", outcomes.Select(outcome => outcome.Text));
        return Array.TrueForAll(outcomes, outcome => outcome.IsDone) ? ActionOutcome.Done(text) : ActionOutcome.Failed(text);
    }

    /// <summary>Cuts the members in two: everything that crosses is dropped, both ways, until it is healed or expires.</summary>
    public async Task<ActionOutcome> PartitionAsync(IReadOnlyCollection<int> side)
    {
        var failures = new List<string>();
        var cut = 0;
        var members = store.Current.Members.ToList();
        foreach (var from in members)
        {
            foreach (var to in members.Where(to => side.Contains(to.Id!.Value) != side.Contains(from.Id!.Value)))
            {
                var outcome = await SetAsync(from, to.Id!.Value, new LinkRequest("drop", ExpiresSeconds: (int)Expires.TotalSeconds));
                cut += outcome.IsDone ? 1 : 0;
                if (!outcome.IsDone)
                {
                    failures.Add(outcome.Text);
                }
            }
        }

        var groups = Groups(members, side);
        return failures.Count == 0
            ? ActionOutcome.Done($"{groups} are cut from each other: {cut} links drop everything for {Expires.TotalMinutes:0} minutes.")
            : ActionOutcome.Failed($"{groups} are not cut completely ({cut} links are): {string.Join("; ", failures)}");
    }

    /// <summary>A partition as people write it: <c>{r1, r2} | {r3}</c>.</summary>
    public static string Groups(IEnumerable<ReplicaPicture> members, IReadOnlyCollection<int> side)
    {
        var sides = members.ToLookup(member => side.Contains(member.Id!.Value), member => member.Label);
        return $"{{{string.Join(", ", sides[true])}}} | {{{string.Join(", ", sides[false])}}}";
    }

    /// <summary>Lets so many of the held updates through, the oldest first; the link stays held.</summary>
    public async Task<ActionOutcome> ReleaseAsync(ReplicaPicture from, int to, long count)
    {
        var (links, failure) = await SendAsync(from, HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/admin/links/{to}/release?count={Math.Clamp(count, 1, ReleaseMax)}"), null);
        return failure is null
            ? ActionOutcome.Done(string.Create(CultureInfo.InvariantCulture, $"{(count == 1 ? "One update" : $"{count:N0} updates")} went through link {from.Label}→r{to}; {links.FirstOrDefault(link => link.Peer == to)?.Queued ?? 0:N0} queued, the link is still held."))
            : ActionOutcome.Failed($"Nothing was released on link {from.Label}→r{to}: {failure}");
    }

    /// <summary>Heals every link of every replica that answers.</summary>
    public async Task<ActionOutcome> HealAllAsync()
    {
        var failures = new List<string>();
        var healed = 0;
        foreach (var replica in store.Current.Members.Where(replica => replica.IsLive).ToList())
        {
            var (links, failure) = await SendAsync(replica, HttpMethod.Delete, "/admin/links", null);
            if (failure is null && links.All(link => link.Mode == "ok"))
            {
                healed++;
            }
            else
            {
                failures.Add($"{replica.Label}: {failure ?? "a link is still faulty"}");
            }
        }

        return failures.Count == 0
            ? ActionOutcome.Done($"All links of the {healed} replicas that answer are healed.")
            : ActionOutcome.Failed($"Not every link was healed: {string.Join("; ", failures)}");
    }

    private static bool IsReached(LinkView link, LinkRequest wanted) => link.Mode == wanted.Mode && wanted.Mode switch
    {
        "delay" => link.DelayMs == wanted.DelayMs && link.JitterMs == wanted.JitterMs,
        "drop" => link.DropPercent == wanted.DropPercent,
        _ => true,
    };

    private async Task<(IReadOnlyList<LinkView> Links, string? Failure)> SendAsync(ReplicaPicture from, HttpMethod method, string path, LinkRequest? body)
    {
        if (Refusal(from) is { } refusal)
        {
            return ([], refusal);
        }

        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout);
            using var request = new HttpRequestMessage(method, new Uri(store.Slot(from.Name).Slot.Address, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ReplicaKey);
            request.Content = body is null ? null : JsonContent.Create(body, options: ReplicaReader.Json);
            using var response = await http.SendAsync(request, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                return ([], await AnswerReader.ProblemAsync(response, timeout.Token));
            }

            var links = await response.Content.ReadFromJsonAsync<LinkView[]>(ReplicaReader.Json, timeout.Token) ?? [];
            store.Update(from.Name, slot => slot with { Links = links });
            return (links, null);
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return ([], AnswerReader.Reason(exception));
        }
    }
}
