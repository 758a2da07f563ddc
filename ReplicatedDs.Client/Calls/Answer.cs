using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client.Calls;

/// <summary>A replica's answer, read to its end.</summary>
internal sealed class Answer
{
    private Answer(HttpResponseMessage response, byte[] body, Uri replica)
    {
        Replica = replica;
        Status = response.StatusCode;
        Body = body;
        ContentType = response.Content.Headers.TryGetValues("Content-Type", out var type) ? type.FirstOrDefault() : null;
        Token = Header(response, "Causal-Token");
        Dots = ReadDots(Header(response, "ETag"));
        ValueType = Header(response, "Value-Type");
        Siblings = int.TryParse(Header(response, "Siblings"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : Math.Max(1, Dots.Count);
    }

    public Uri Replica { get; }

    public HttpStatusCode Status { get; }

    public byte[] Body { get; }

    public string? ContentType { get; }

    public string? Token { get; }

    /// <value>The versions that the ETag names, the winner first.</value>
    public IReadOnlyList<Dot> Dots { get; }

    public int Siblings { get; }

    public string? ValueType { get; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <value>404 to a call of which that is an answer.</value>
    public bool IsAbsent => Status == HttpStatusCode.NotFound;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, Uri replica, CancellationToken cancellationToken) =>
        new(response, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), replica);

    /// <exception cref="UnexpectedAnswerException">The body is not that.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new UnexpectedAnswerException($"{Replica} answered null.");
        }
        catch (JsonException exception)
        {
            throw new UnexpectedAnswerException($"{Replica} answered what this client does not understand: {exception.Message}", exception);
        }
    }

    /// <summary>Reads <c>2#17</c> of an answer.</summary>
    public Dot ReadDot(string? text) => Dot.TryParse(text, out var dot) ? dot : throw new UnexpectedAnswerException($"{Replica} answered '{text}' where a dot such as 2#17 belongs.");

    public Written ReadWritten(string? dot, IReadOnlyDictionary<string, long> clock) => new(ReadDot(dot), Clocks.Read(clock));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    private static List<Dot> ReadDots(string? etag)
    {
        var dots = new List<Dot>();
        foreach (var part in (etag ?? "").Split(','))
        {
            if (Dot.TryParse(part.AsSpan().Trim().Trim('"'), out var dot))
            {
                dots.Add(dot);
            }
        }

        return dots;
    }
}
