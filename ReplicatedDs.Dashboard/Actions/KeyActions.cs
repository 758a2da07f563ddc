using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>Writes and reads at a chosen replica, in a session, as any client would.</summary>
internal sealed class KeyActions(HttpClient http, SessionTokens tokens, ClusterStore store)
{
    private const int KeyLengthMax = 1024;
    private static readonly TimeSpan CausalTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    public async Task<WriteOutcome> WriteAsync(ReplicaPicture replica, string key, string value, CausalSession? session)
    {
        if ((store.ActRefusal ?? Refuse(key)) is { } refusal)
        {
            return new WriteOutcome(ActionOutcome.Failed(refusal), 0, null, null);
        }

        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout);
            using var request = Request(HttpMethod.Put, replica, key, "", session);
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
            using var response = await http.SendAsync(request, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                return new WriteOutcome(ActionOutcome.Failed($"{replica.Label} did not write {key}: {await AnswerReader.ProblemAsync(response, timeout.Token)}"), replica.Id ?? 0, null, null);
            }

            var answer = await response.Content.ReadFromJsonAsync<WriteView>(ReplicaReader.Json, timeout.Token) ?? throw new HttpRequestException("its answer was empty");
            var clock = AnswerReader.Clock(answer.Clock);
            Extend(session, replica, response, clock);
            return new WriteOutcome(ActionOutcome.Done($"{replica.Label} wrote {key} as r{answer.Dot}."), replica.Id ?? 0, answer.Dot, clock);
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return new WriteOutcome(ActionOutcome.Failed($"{replica.Label} did not answer the write of {key}, which may or may not have happened: {AnswerReader.Reason(exception)}."), replica.Id ?? 0, null, null);
        }
    }

    public async Task<ActionOutcome> DeleteAsync(ReplicaPicture replica, string key, CausalSession? session)
    {
        if (store.ActRefusal is { } refusal)
        {
            return ActionOutcome.Failed(refusal);
        }

        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout);
            using var request = Request(HttpMethod.Delete, replica, key, "", session);
            using var response = await http.SendAsync(request, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                return ActionOutcome.Failed($"{replica.Label} did not remove {key}: {await AnswerReader.ProblemAsync(response, timeout.Token)}");
            }

            var answer = await response.Content.ReadFromJsonAsync<WriteView>(ReplicaReader.Json, timeout.Token) ?? throw new HttpRequestException("its answer was empty");
            Extend(session, replica, response, AnswerReader.Clock(answer.Clock));
            return ActionOutcome.Done($"{replica.Label} removed {key} with r{answer.Dot}.");
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return ActionOutcome.Failed($"{replica.Label} did not answer the removal of {key}: {AnswerReader.Reason(exception)}.");
        }
    }

    /// <param name="patience">How long the replica may let a session wait for what it has seen.</param>
    public async Task<ReadOutcome> ReadAsync(ReplicaPicture replica, string key, CausalSession? session, TimeSpan? patience = null)
    {
        if (Refuse(key) is { } refusal)
        {
            return Failed(0, refusal);
        }

        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout + (patience ?? TimeSpan.Zero));
            using var request = Request(HttpMethod.Get, replica, key, "", session, patience);
            using var response = await http.SendAsync(request, timeout.Token);
            var isAbsent = AnswerReader.IsAbsent(response);
            if (!response.IsSuccessStatusCode && !isAbsent)
            {
                return Failed(replica.Id ?? 0, $"{replica.Label} did not read {key}: {await AnswerReader.ProblemAsync(response, timeout.Token)}");
            }

            var dots = AnswerReader.Dots(response);
            Extend(session, replica, response, dots.Select(dot => KeyValuePair.Create(dot.Replica.Value, dot.Counter)));
            if (isAbsent)
            {
                return new ReadOutcome(ActionOutcome.Done($"{replica.Label} shows nothing for {key}."), replica.Id ?? 0, false, null, null, null, []);
            }

            var value = AnswerReader.Shown(await response.Content.ReadAsByteArrayAsync(timeout.Token));
            var siblings = AnswerReader.Header(response, "Siblings") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 1
                ? await SiblingsAsync(replica, key, session, timeout.Token)
                : [];
            var dot = siblings.Count > 0 ? siblings[0].Dot : dots.Count > 0 ? dots[0].ToString() : null;
            return new ReadOutcome(
                ActionOutcome.Done($"{replica.Label} shows {key}{(dot is null ? "" : $" from r{dot}")}."),
                replica.Id ?? 0,
                true,
                value,
                dot,
                response.Content.Headers.ContentType?.ToString(),
                siblings);
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return Failed(replica.Id ?? 0, $"{replica.Label} did not answer: {AnswerReader.Reason(exception)}.");
        }
    }

    /// <summary>The first keys that a replica shows, or why it does not tell.</summary>
    public async Task<(ListView? Page, string? Problem)> ListAsync(ReplicaPicture replica, string prefix, int limit)
    {
        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout);
            var address = store.Slot(replica.Name).Slot.Address.GetLeftPart(UriPartial.Authority);
            using var response = await http.GetAsync(new Uri($"{address}/kv?prefix={Uri.EscapeDataString(prefix)}&limit={limit.ToString(CultureInfo.InvariantCulture)}"), timeout.Token);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<ListView>(ReplicaReader.Json, timeout.Token), null)
                : (null, $"{replica.Label} did not list its keys: {await AnswerReader.ProblemAsync(response, timeout.Token)}");
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return (null, $"{replica.Label} did not answer: {AnswerReader.Reason(exception)}.");
        }
    }

    private async Task<IReadOnlyList<SiblingView>> SiblingsAsync(ReplicaPicture replica, string key, CausalSession? session, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, replica, key, "?siblings=all", session);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadFromJsonAsync<SiblingsView>(ReplicaReader.Json, cancellationToken))?.Siblings ?? []
            : [];
    }

    private void Extend(CausalSession? session, ReplicaPicture replica, HttpResponseMessage response, IEnumerable<KeyValuePair<int, long>> seen)
    {
        var token = AnswerReader.Header(response, "Causal-Token");
        session?.Extend(token, tokens.Read(token, store.Slot(replica.Name).Status?.ClusterId) ?? seen);
    }

    private HttpRequestMessage Request(HttpMethod method, ReplicaPicture replica, string key, string query, CausalSession? session, TimeSpan? patience = null)
    {
        var address = store.Slot(replica.Name).Slot.Address.GetLeftPart(UriPartial.Authority);
        var request = new HttpRequestMessage(method, $"{address}/kv/{Uri.EscapeDataString(key)}{query}");
        if (session?.Token is { } token)
        {
            request.Headers.TryAddWithoutValidation("Causal-Token", token);
            request.Headers.TryAddWithoutValidation("Causal-Timeout", (patience ?? CausalTimeout).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        }

        return request;
    }

    private static string? Refuse(string key)
    {
        if (key.Length == 0)
        {
            return "Enter a key first.";
        }

        if (Encoding.UTF8.GetByteCount(key) > KeyLengthMax)
        {
            return $"The key is longer than {KeyLengthMax} bytes.";
        }

        // In an address these two mean directories, however they are escaped.
        return key is "." or ".." ? $"\"{key}\" cannot be a key." : null;
    }

    private static ReadOutcome Failed(int replica, string text) => new(ActionOutcome.Failed(text), replica, false, null, null, null, []);
}
