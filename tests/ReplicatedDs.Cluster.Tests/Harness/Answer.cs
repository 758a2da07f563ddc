using System.Net;
using System.Text.Json;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>An HTTP answer, read to its end.</summary>
internal sealed record Answer(string Request, HttpStatusCode Status, string ContentType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <value>The causal token, for the session's next request.</value>
    public string? Token => Headers.GetValueOrDefault("Causal-Token");

    public string? ETag => Headers.GetValueOrDefault("ETag")?.Trim('"');

    public T Read<T>() => JsonSerializer.Deserialize<T>(Body, JsonSerializerOptions.Web) ?? throw new XunitException($"{this} is no {typeof(T).Name}.");

    /// <summary>Throws unless the status is <paramref name="status"/>.</summary>
    public Answer Expect(HttpStatusCode status) =>
        Status == status ? this : throw new XunitException($"Expected {(int)status}, but {this}");

    /// <summary>Throws unless it is a problem <c>urn:replicated-ds:…</c>, one of <paramref name="names"/>, told without a stack trace.</summary>
    public JsonElement ExpectProblem(HttpStatusCode status, params string[] names)
    {
        Expect(status);
        if (!ContentType.StartsWith("application/problem+json", StringComparison.Ordinal))
        {
            throw new XunitException($"Expected a problem, but {this}");
        }

        var problem = Read<JsonElement>();
        var type = problem.GetProperty("type").GetString();
        if (type?.StartsWith("urn:replicated-ds:", StringComparison.Ordinal) != true || (names.Length > 0 && !names.Contains(type["urn:replicated-ds:".Length..])))
        {
            throw new XunitException($"Expected the problem {string.Join(" or ", names)}, but {this}");
        }

        if (problem.GetProperty("status").GetInt32() != (int)status || string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()))
        {
            throw new XunitException($"Expected the status and a sentence in the problem, but {this}");
        }

        if (Body.Contains("   at ", StringComparison.Ordinal) || Body.Contains("Exception", StringComparison.Ordinal))
        {
            throw new XunitException($"A stack trace or the name of an exception is no sentence for a user: {this}");
        }

        return problem;
    }

    public override string ToString() => $"{Request} answered {(int)Status} {ContentType}: {(Body.Length > 1_000 ? Body[..1_000] + "…" : Body)}";
}
