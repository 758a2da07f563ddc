using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>The HTTP API, call by call, without a retry.</summary>
internal sealed class HttpDoor : IDoor
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Name => "HTTP";

    public async Task<Reply> ReadAsync(Place place, string? token, IReadOnlyList<string> keys)
    {
        var (answer, failure) = keys is [var key]
            ? await SendAsync(place, token, HttpMethod.Get, Kv(key), null)
            : await SendAsync(place, token, HttpMethod.Post, "/snapshot", JsonContent.Create(new SnapshotInput([.. keys]), options: Json));
        return answer switch
        {
            null => failure! with { Ending = failure.Ending == Ending.Unknown ? Ending.NotDone : failure.Ending },
            { Status: HttpStatusCode.OK } => new Reply(
                Ending.Done, answer.Token, keys.Count == 1 ? [answer.Body] : [.. answer.Read<SnapshotView>().Entries.Select(entry => entry.Value)]),
            { Status: HttpStatusCode.NotFound } when Problem(answer) == "no-such-key" => new Reply(Ending.Done, answer.Token, [null]),
            _ => Reply.Of(answer.Status, Problem(answer), answer.Body),
        };
    }

    public async Task<Reply> WriteAsync(Place place, string? token, IReadOnlyList<Change> changes)
    {
        var (answer, failure) = await (changes switch
        {
            [Change.Set set] => SendAsync(place, token, HttpMethod.Put, Kv(set.Key), new StringContent(set.Value, Encoding.UTF8, "text/plain")),
            [Change.Delete delete] => SendAsync(place, token, HttpMethod.Delete, Kv(delete.Key), null),
            [Change.Count count] => SendAsync(place, token, HttpMethod.Post, Kv(count.Key) + "/increment", JsonContent.Create(new IncrementInput(count.Amount), options: Json)),
            [Change.Add add] => SendAsync(place, token, HttpMethod.Post, Kv(add.Key) + "/members", JsonContent.Create(new MemberInput(add.Member), options: Json)),
            [Change.Remove remove] => SendAsync(place, token, HttpMethod.Delete, $"{Kv(remove.Key)}/members/{remove.Member}", null),
            _ => SendAsync(place, token, HttpMethod.Post, "/transactions", JsonContent.Create(new TransactionInput([.. changes.Select(ToInput)], null), options: Json)),
        });
        if (answer is null)
        {
            return failure!;
        }

        return answer.Status == HttpStatusCode.OK && Dot.TryParse(answer.Read<JsonElement>().GetProperty("dot").GetString(), out var dot)
            ? new Reply(Ending.Done, answer.Token, By: dot.Replica.Value)
            : Reply.Of(answer.Status, Problem(answer), answer.Body);
    }

    private static string Kv(string key) => "/kv/" + Uri.EscapeDataString(key);

    private static OperationInput ToInput(Change change) => change switch
    {
        Change.Set set => new OperationInput(Set: new SetInput(set.Key, set.Value, "text/plain", null)),
        Change.Delete delete => new OperationInput(Delete: new KeyInput(delete.Key)),
        Change.Count count => new OperationInput(Increment: new AmountInput(count.Key, count.Amount)),
        Change.Add add => new OperationInput(Add: new KeyMemberInput(add.Key, add.Member)),
        Change.Remove remove => new OperationInput(Remove: new KeyMemberInput(remove.Key, remove.Member)),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "There is no such change."),
    };

    private static string Problem(Answer answer)
    {
        const string Prefix = "urn:replicated-ds:";
        return answer.ContentType.StartsWith("application/problem+json", StringComparison.Ordinal)
            && answer.Read<JsonElement>().GetProperty("type").GetString() is { } type && type.StartsWith(Prefix, StringComparison.Ordinal)
            ? type[Prefix.Length..]
            : "no problem document";
    }

    /// <summary>The answer, or what is known of a call without one.</summary>
    private static async Task<(Answer? Answer, Reply? Failure)> SendAsync(Place place, string? token, HttpMethod method, string path, HttpContent? content)
    {
        // A request without a content is sent again unasked when its connection breaks; then nobody could tell whether it had arrived.
        var request = new HttpRequestMessage(method, new Uri(place.Http, path)) { Content = content ?? (method == HttpMethod.Get ? null : new ByteArrayContent([])) };
        request.Headers.Authorization = place.Key is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;
        if (token is not null)
        {
            request.Headers.Add("Causal-Token", token);
            request.Headers.Add("Causal-Timeout", Patience.Causal.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        }

        using var deadline = new CancellationTokenSource(Patience.Answer);
        try
        {
            return (await Http.SendAsync(request, deadline.Token), null);
        }
        catch (HttpRequestException exception)
        {
            return (null, new Reply(exception.HttpRequestError == HttpRequestError.ConnectionError ? Ending.NotDone : Ending.Unknown, Detail: exception.Message));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return (null, new Reply(Ending.Unknown, Detail: $"{place.Name} did not answer within {Patience.Answer.TotalSeconds} s."));
        }
        catch (OperationCanceledException)
        {
            return (null, new Reply(Ending.NotDone, Detail: $"{place.Name} takes no connection.")); // an unplugged host refuses none
        }
    }
}
