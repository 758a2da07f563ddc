using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>Puts answers of replicas and of the control API into words and numbers.</summary>
internal static class AnswerReader
{
    private const int ShownMax = 4_000;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The sentence of a problem document, else the status.</summary>
    public static async Task<string> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.String)
            {
                return root.GetString() ?? status;
            }

            if (root.ValueKind == JsonValueKind.Object)
            {
                var sentence = Text(root, "detail") ?? Text(root, "title") ?? status;
                return root.TryGetProperty("missing", out var missing) && missing.ValueKind == JsonValueKind.Array
                    ? $"{sentence.TrimEnd('.')} (misses {string.Join(", ", missing.EnumerateArray().Take(10).Select(dot => "r" + dot.ToString()))})"
                    : sentence;
            }
        }
        catch (JsonException)
        {
            // Not a problem document: the status has to do.
        }

        return status;
    }

    public static string Reason(Exception exception) => exception switch
    {
        OperationCanceledException => "no answer in time",
        HttpRequestException { InnerException: System.Net.Sockets.SocketException } => "it does not accept connections",
        _ => exception.Message,
    };

    public static bool IsExpected(Exception exception) => exception is HttpRequestException or IOException or JsonException or OperationCanceledException;

    /// <summary>Bytes as text where they are text.</summary>
    public static string Shown(byte[] value)
    {
        try
        {
            var text = StrictUtf8.GetString(value);
            return text.Length <= ShownMax ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, ShownMax)}… (the first {ShownMax:N0} of {text.Length:N0} characters)");
        }
        catch (DecoderFallbackException)
        {
            var hex = Convert.ToHexStringLower(value.AsSpan(0, Math.Min(value.Length, 256)));
            return string.Create(CultureInfo.InvariantCulture, $"{value.Length:N0} bytes that are not text: {hex}{(value.Length > 256 ? "…" : "")}");
        }
    }

    public static SortedDictionary<int, long> Clock(IEnumerable<KeyValuePair<string, long>> entries)
    {
        var clock = new SortedDictionary<int, long>();
        foreach (var (text, counter) in entries)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var replica))
            {
                clock[replica] = counter;
            }
        }

        return clock;
    }

    /// <summary>The dots of an ETag such as <c>"2#17"</c>; several when there are siblings.</summary>
    public static IReadOnlyList<Dot> Dots(HttpResponseMessage response)
    {
        var dots = new List<Dot>();
        if (response.Headers.TryGetValues("ETag", out var values))
        {
            foreach (var part in string.Join(',', values).Split(',', ' '))
            {
                if (Dot.TryParse(part.Trim('"', ' '), out var dot))
                {
                    dots.Add(dot);
                }
            }
        }

        return dots;
    }

    public static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    public static bool IsAbsent(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.NotFound;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
