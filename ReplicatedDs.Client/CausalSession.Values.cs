using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client;

/// <content>Values of single keys.</content>
public sealed partial class CausalSession
{
    private const string TextType = "text/plain; charset=utf-8";
    private const string JsonType = "application/json";
    private const string BytesType = "application/octet-stream";

    /// <summary>Writes text, as UTF-8.</summary>
    /// <param name="condition">What must hold; <see cref="ConditionFailedException"/> if it does not.</param>
    public Task<Written> SetAsync(string key, string value, Condition? condition = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, Encoding.UTF8.GetBytes(value), TextType, condition, cancellationToken);
    }

    /// <summary>Writes an object as JSON.</summary>
    /// <param name="condition">What must hold; <see cref="ConditionFailedException"/> if it does not.</param>
    public Task<Written> SetAsync<T>(string key, T value, JsonTypeInfo<T> type, Condition? condition = null, CancellationToken cancellationToken = default) =>
        SetAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, type), JsonType, condition, cancellationToken);

    /// <summary>Writes bytes.</summary>
    /// <param name="condition">What must hold; <see cref="ConditionFailedException"/> if it does not.</param>
    public async Task<Written> SetAsync(
        string key, ReadOnlyMemory<byte> value, string contentType = BytesType, Condition? condition = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        var answer = await SendAsync(
            new Call("set", HttpMethod.Put, KeyPath.Of(key))
            {
                Body = value,
                ContentType = contentType,
                Condition = ToHeader(condition),
                IdempotencyKey = Call.NewIdempotencyKey(),
            },
            cancellationToken).ConfigureAwait(false);
        var view = answer.Read(ClientJson.Default.WriteView);
        return answer.ReadWritten(view.Dot, view.Clock);
    }

    /// <summary>Deletes a key. Deleting what is not there is no error.</summary>
    /// <param name="condition">What must hold; <see cref="ConditionFailedException"/> if it does not.</param>
    public async Task<Written> DeleteAsync(string key, Condition? condition = null, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            new Call("delete", HttpMethod.Delete, KeyPath.Of(key)) { Condition = ToHeader(condition), IdempotencyKey = Call.NewIdempotencyKey() },
            cancellationToken).ConfigureAwait(false);
        var view = answer.Read(ClientJson.Default.WriteView);
        return answer.ReadWritten(view.Dot, view.Clock);
    }

    /// <summary>Reads a key; <c>null</c> if it has no value.</summary>
    public async Task<Entry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(new Call("get", HttpMethod.Get, KeyPath.Of(key)) { MayBeAbsent = true }, cancellationToken).ConfigureAwait(false);
        if (answer.IsAbsent)
        {
            return null;
        }

        return answer.Dots is [var dot, ..]
            ? new Entry(key, answer.Body, answer.ContentType, dot, answer.Siblings, answer.ValueType ?? Entry.Register)
            : throw new UnexpectedAnswerException($"{answer.Replica} answered a value without saying which version it is.");
    }

    /// <summary>Reads a key's text; <c>null</c> if it has no value.</summary>
    public async Task<string?> GetStringAsync(string key, CancellationToken cancellationToken = default) =>
        (await GetAsync(key, cancellationToken).ConfigureAwait(false))?.Text;

    /// <summary>Reads an object that was written as JSON; the default if the key has no value.</summary>
    /// <exception cref="JsonException">The value is not such JSON.</exception>
    public async Task<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        await GetAsync(key, cancellationToken).ConfigureAwait(false) is { } entry ? entry.Json(type) : default;

    /// <summary>All versions that concurrent writes left, the winner first; empty if the key has no value.</summary>
    public async Task<IReadOnlyList<SiblingView>> GetSiblingsAsync(string key, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            new Call("get-siblings", HttpMethod.Get, KeyPath.Of(key, "?siblings=all")) { MayBeAbsent = true }, cancellationToken).ConfigureAwait(false);
        return answer.IsAbsent ? [] : answer.Read(ClientJson.Default.SiblingsView).Siblings;
    }

    /// <summary>What every member holds for the key.</summary>
    public async Task<KeyReplicasView> FindAsync(string key, CancellationToken cancellationToken = default) =>
        (await SendAsync(new Call("find", HttpMethod.Get, KeyPath.Of(key, "/replicas")), cancellationToken).ConfigureAwait(false))
            .Read(ClientJson.Default.KeyReplicasView);

    /// <summary>Where what a read shows comes from: its update, what that depends on, what lost to it, who has it. <c>null</c> if nothing is known of the key.</summary>
    public async Task<KeyWhyView?> WhyAsync(string key, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(new Call("why", HttpMethod.Get, KeyPath.Of(key, "/why")) { MayBeAbsent = true }, cancellationToken).ConfigureAwait(false);
        return answer.IsAbsent ? null : answer.Read(ClientJson.Default.KeyWhyView);
    }

    private static (string Name, string Value)? ToHeader(Condition? condition) => condition switch
    {
        null => null,
        { Dot: { } dot } => ("If-Match", $"\"{dot}\""),
        _ => ("If-None-Match", "*"),
    };
}
