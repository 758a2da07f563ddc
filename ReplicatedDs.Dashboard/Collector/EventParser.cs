using System.Text.Json;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Reads one event of a feed. Written by hand: the collector reads every event of every replica, and keeps tens of thousands. What it
/// does not know is passed over; what is absent is empty. Safe from any thread.
/// </summary>
internal sealed class EventParser
{
    /// <summary>The most missing dots of one event that are kept.</summary>
    public const int MissingKept = 32;

    private static readonly Dictionary<string, long> NoDependencies = [];

    private readonly RecentTexts _texts = new();

    /// <exception cref="JsonException">It is no event.</exception>
    public EventView Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return Read(ref reader);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new JsonException("An event has a field of the wrong kind.", exception);
        }
    }

    private EventView Read(ref Utf8JsonReader reader)
    {
        long n = 0, t = 0;
        var replica = 0;
        int? peer = null;
        string kind = "", detail = "";
        string? dot = null, traceId = null;
        IReadOnlyList<string> keys = [], missing = [];
        IReadOnlyDictionary<string, long> deps = NoDependencies;
        var wouldBeVisible = false;
        long? lost = null;
        int? share = null;
        long? missingCount = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "n"u8)) { n = reader.GetInt64(); }
            else if (Is(ref reader, "t"u8)) { t = reader.GetInt64(); }
            else if (Is(ref reader, "replica"u8)) { replica = reader.GetInt32(); }
            else if (Is(ref reader, "peer"u8)) { peer = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32(); }
            else if (Is(ref reader, "kind"u8)) { kind = Text(ref reader) ?? ""; }
            else if (Is(ref reader, "dot"u8)) { dot = Text(ref reader); }
            else if (Is(ref reader, "keys"u8)) { keys = Texts(ref reader); }
            else if (Is(ref reader, "deps"u8)) { deps = Clock(ref reader); }
            else if (Is(ref reader, "missing"u8)) { (missing, missingCount) = Missing(ref reader, missingCount); }
            else if (Is(ref reader, "missingCount"u8)) { missingCount = reader.TokenType == JsonTokenType.Null ? missingCount : reader.GetInt64(); }
            else if (Is(ref reader, "wouldBeVisible"u8)) { wouldBeVisible = reader.TokenType != JsonTokenType.Null && reader.GetBoolean(); }
            else if (Is(ref reader, "traceId"u8)) { traceId = Text(ref reader); }
            else if (Is(ref reader, "detail"u8)) { detail = Text(ref reader) ?? ""; }
            else if (Is(ref reader, "lost"u8)) { lost = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64(); }
            else if (Is(ref reader, "share"u8)) { share = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32(); }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new EventView(n, t, replica, peer, kind, dot, keys, deps, missing, wouldBeVisible, traceId, detail.Length == 0 ? null : detail, lost, share, missingCount);
    }

    /// <summary>Whether this is the property; if so, the reader stands on its value.</summary>
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    private string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.ValueIsEscaped || reader.TokenType != JsonTokenType.String ? reader.GetString() : _texts.Share(reader.ValueSpan);

    /// <summary>The first of what is missing: an event may miss a hundred, and tens of thousands of events are kept.</summary>
    private (IReadOnlyList<string> Kept, long? Count) Missing(ref Utf8JsonReader reader, long? told)
    {
        var all = Texts(ref reader);
        return all.Length <= MissingKept ? (all, told) : (all[..MissingKept], told ?? all.Length);
    }

    private string[] Texts(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("An event has something else where a list belongs.");
        }

        string? first = null;
        List<string>? all = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var text = Text(ref reader) ?? "";
            if (first is null)
            {
                first = text;
                continue;
            }

            all ??= [first];
            all.Add(text);
        }

        return all is not null ? [.. all] : first is not null ? [first] : [];
    }

    private Dictionary<string, long> Clock(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return NoDependencies;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event has something else where a clock belongs.");
        }

        Dictionary<string, long>? clock = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var replica = _texts.Share(reader.ValueSpan);
            reader.Read();
            (clock ??= [])[replica] = reader.GetInt64();
        }

        return clock ?? NoDependencies;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new JsonException("An event is no JSON object.");
        }
    }
}
