using System.Text.Encodings.Web;
using System.Text.Json;

namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>One error answer (RFC 9457). This is the one place that writes them.</summary>
/// <param name="Detail">What is wrong this time and what to do, in one sentence.</param>
internal sealed record Problem(ProblemKind Kind, string Detail) : IResult
{
    private const string ContentType = "application/problem+json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Further members: texts, numbers, or lists of texts.</summary>
    public IReadOnlyList<(string Name, object Value)> Extensions { get; init; } = [];

    /// <summary>Further headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = Kind.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (Kind.Status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }

        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        var body = ToJson();
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("type", Kind.Type);
        json.WriteString("title", Kind.Title);
        json.WriteNumber("status", Kind.Status);
        json.WriteString("detail", Detail);
        foreach (var (name, value) in Extensions)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"A problem's member cannot be a {value.GetType().Name}.", nameof(value));
        }
    }
}
