using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ReplicatedDs.Client.Tests.StandIn;

/// <summary>Answers in the shapes of the HTTP API.</summary>
internal static class Answers
{
    public static Task WrittenAsync(HttpContext context, string key, string dot, string? token = null) =>
        JsonAsync(context, new { key, dot, clock = new Dictionary<string, long> { ["1"] = 4, ["2"] = 17 } }, token);

    public static Task JsonAsync(HttpContext context, object body, string? token = null)
    {
        Token(context, token);
        return context.Response.WriteAsJsonAsync(body, JsonSerializerOptions.Web, "application/json");
    }

    public static Task ValueAsync(HttpContext context, string value, string etag = "\"2#17\"", int siblings = 1, string type = "text/plain; charset=utf-8", string? token = null)
    {
        Token(context, token);
        context.Response.ContentType = type;
        context.Response.Headers.ETag = etag;
        context.Response.Headers["Siblings"] = $"{siblings}";
        return context.Response.WriteAsync(value);
    }

    public static Task BehindAsync(HttpContext context, params string[] missing) => ProblemAsync(context, 503, "causal-timeout", new { missing });

    public static Task ChangedAsync(HttpContext context, params string[] current) => ProblemAsync(context, 412, "condition-failed", new { current });

    public static Task ProblemAsync(HttpContext context, int status, string name, object? more = null, string? token = null)
    {
        Token(context, token);
        context.Response.StatusCode = status;
        var problem = new Dictionary<string, object?> { ["type"] = $"urn:replicated-ds:{name}", ["title"] = name, ["status"] = status, ["detail"] = $"The sentence of {name}." };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            problem[property.Name] = property.GetValue(more);
        }

        return context.Response.WriteAsJsonAsync(problem, JsonSerializerOptions.Web, "application/problem+json");
    }

    private static void Token(HttpContext context, string? token)
    {
        if (token is not null)
        {
            context.Response.Headers["Causal-Token"] = token;
        }
    }
}
