using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Wire;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>From the wire's spans to those that are kept: checked, and cut to their limits.</summary>
internal static class SpanReader
{
    // A leap of years between two clocks would only make the picture useless; this is about numbers that break arithmetic.
    private const ulong LatestNanoseconds = 7_258_118_400UL * 1_000_000_000; // the year 2200

    private static readonly TextPool Names = new();

    public static string ServiceName(Resource? resource) =>
        resource?.Attributes.FirstOrDefault(attribute => attribute.Key == "service.name")?.Value is { ValueCase: AnyValue.ValueOneofCase.StringValue } name
            ? Names.Share(Cut(name.StringValue, OtlpLimits.NameMax))
            : "unknown";

    public static bool TryRead(Wire.Span span, string service, [NotNullWhen(true)] out StoredSpan? read, [NotNullWhen(false)] out string? problem)
    {
        read = null;
        problem = !IsId(span.TraceId, 16) ? "without a valid trace id"
            : !IsId(span.SpanId, 8) ? "without a valid span id"
            : !span.ParentSpanId.IsEmpty && span.ParentSpanId.Length != 8 ? "with a parent that is no span id"
            : span.StartTimeUnixNano is 0 or > LatestNanoseconds || span.EndTimeUnixNano > LatestNanoseconds ? "without a usable time"
            : null;
        if (problem is not null)
        {
            return false;
        }

        var start = (long)span.StartTimeUnixNano;
        read = new StoredSpan(
            Hex(span.TraceId),
            Hex(span.SpanId),
            IsId(span.ParentSpanId, 8) ? Hex(span.ParentSpanId) : null,
            Names.Share(Cut(span.Name, OtlpLimits.NameMax)),
            service,
            start,
            Math.Max(start, (long)span.EndTimeUnixNano),
            span.Status?.Code == 2 ? Cut(span.Status.Message is { Length: > 0 } message ? message : "failed", OtlpLimits.TextMax) : null,
            Attributes(span.Attributes),
            [.. span.Links.Where(link => IsId(link.TraceId, 16)).Take(OtlpLimits.LinksMax).Select(Link)]);
        return true;
    }

    private static SpanLink Link(Wire.Span.Types.Link link) =>
        new(Hex(link.TraceId), link.Attributes.FirstOrDefault(attribute => attribute.Key == UpdateTags.Dot)?.Value is { } text
            && Dot.TryParse(text.StringValue, out var dot) ? dot : null);

    private static KeyValuePair<string, object>[] Attributes(IEnumerable<KeyValue> attributes)
    {
        var kept = new List<KeyValuePair<string, object>>();
        var bytes = 0;
        foreach (var attribute in attributes)
        {
            if (kept.Count == OtlpLimits.AttributesMax)
            {
                break;
            }

            if (attribute.Value is { } value && Value(value) is { } read && (bytes += StoredSpan.Size(read)) <= OtlpLimits.AttributeBytesMax)
            {
                kept.Add(new(Names.Share(Cut(attribute.Key, OtlpLimits.NameMax)), read));
            }
        }

        return [.. kept];
    }

    private static object? Value(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => Cut(value.StringValue, OtlpLimits.TextMax),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
        AnyValue.ValueOneofCase.ArrayValue => Texts(value.ArrayValue),
        _ => null,
    };

    private static string[] Texts(ArrayValue array) =>
    [
        .. array.Values.Where(value => value.ValueCase == AnyValue.ValueOneofCase.StringValue)
            .Take(OtlpLimits.ArrayMax)
            .Select(value => Cut(value.StringValue, OtlpLimits.TextMax)),
    ];

    private static bool IsId(ByteString bytes, int length) => bytes.Length == length && bytes.Span.ContainsAnyExcept((byte)0);

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        // Not between the halves of one character.
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
    }
}
