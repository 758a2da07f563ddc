using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ReplicatedDs.Checker.Histories;

/// <summary>
/// Reads <c>history.jsonl</c> (docs/history-format.md). Total: whatever the bytes are, the answer is a history or a sentence. Memory is
/// bounded by <see cref="OperationsMax"/> and <see cref="LineBytesMax"/>.
/// </summary>
public static class HistoryReader
{
    public const int OperationsMax = 10_000_000;
    public const int LineBytesMax = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public static HistoryReading Read(string text) => Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <exception cref="IOException">The stream itself failed.</exception>
    public static HistoryReading Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var builder = new HistoryBuilder();
        var lines = new LineReader(stream, LineBytesMax);
        while (lines.Next(out var line))
        {
            string? problem;
            if (lines.IsTooLong)
            {
                problem = $"The line is longer than {LineBytesMax:N0} bytes.";
            }
            else
            {
                problem = IsBlank(line.Span) ? null : Line(line, lines.Number, builder);
            }

            if (problem is not null)
            {
                return new(null, string.Create(CultureInfo.InvariantCulture, $"Line {lines.Number}: {problem}"));
            }
        }

        return new(builder.Build(), null);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(SearchValues.Create(" \t\r"u8));

    private static string? Line(ReadOnlyMemory<byte> line, int number, HistoryBuilder builder)
    {
        try
        {
            using var document = JsonDocument.Parse(line, JsonOptions);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return "It is not a JSON object.";
            }

            if (root.TryGetProperty("format", out _))
            {
                return builder.Count == 0 ? Header(root) : "The header belongs before the first operation.";
            }

            if (builder.Count == OperationsMax)
            {
                return $"There are more than {OperationsMax:N0} operations.";
            }

            return builder.TryAdd(Operation(root, number), out var problem) ? null : problem;
        }
        catch (JsonException fault)
        {
            return $"It is not JSON: {FirstSentence(fault.Message)}";
        }
        catch (FormatException fault)
        {
            return fault.Message;
        }
        catch (InvalidOperationException)
        {
            return "A text in it is not valid Unicode.";
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }

    private static string? Header(JsonElement root)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals("format"u8))
            {
                if (property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() != HistoryWriter.Format)
                {
                    return $"The format is not \"{HistoryWriter.Format}\".";
                }
            }
            else if (property.NameEquals("version"u8))
            {
                if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var version) || version != HistoryWriter.Version)
                {
                    return $"The version is {property.Value.GetRawText()}; this program reads version {HistoryWriter.Version}.";
                }
            }
            else if (!property.NameEquals("note"u8))
            {
                return $"The header has an unknown field \"{property.Name}\".";
            }
        }

        return root.TryGetProperty("version", out _) ? null : "The header names no version.";
    }

    private static Operation Operation(JsonElement root, int number)
    {
        string? session = null, op = null, key = null, value = null, tombstone = null, replica = null;
        long? start = null, end = null;
        bool final = false, unknown = false, hasValue = false;
        ImmutableArray<Access>? accesses = null;
        string? list = null;
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "session": session = Text(property); break;
                case "op": op = Text(property); break;
                case "key": key = Text(property); break;
                case "value": (value, hasValue) = (TextOrNull(property), true); break;
                case "tombstone": tombstone = Text(property); break;
                case "replica": replica = Text(property); break;
                case "start": start = Number(property); break;
                case "end": end = Number(property); break;
                case "final": final = Flag(property); break;
                case "outcome": unknown = IsUnknown(property); break;
                case "writes" or "reads": (accesses, list) = (Accesses(property), list is null ? property.Name : throw new FormatException("It has both \"writes\" and \"reads\".")); break;
                default: throw new FormatException($"The field \"{property.Name}\" is unknown.");
            }
        }

        var wanted = op switch
        {
            "write" or "read" or "delete" => null,
            "transaction" => "writes",
            "snapshot" => "reads",
            null => throw new FormatException("The field \"op\" is missing."),
            _ => throw new FormatException($"The op \"{op}\" is none of write, read, delete, transaction, snapshot."),
        };
        if (list != wanted)
        {
            throw new FormatException(wanted is null ? $"A {op} has no \"{list}\"." : $"A {op} needs \"{wanted}\".");
        }

        if (accesses is null)
        {
            accesses = [Single(op, key, value, hasValue, tombstone)];
        }
        else if (key is not null || hasValue || tombstone is not null)
        {
            throw new FormatException($"A {op} names its keys and values in \"{list}\".");
        }

        return new Operation
        {
            Session = session ?? throw new FormatException("The field \"session\" is missing."),
            Kind = op is "read" or "snapshot" ? OperationKind.Read : OperationKind.Write,
            Accesses = accesses.Value,
            Outcome = unknown ? Outcome.Unknown : Outcome.Acknowledged,
            IsFinal = final,
            Replica = replica,
            Start = start,
            End = end,
            Line = number,
        };
    }

    private static Access Single(string op, string? key, string? value, bool hasValue, string? tombstone)
    {
        if (key is null)
        {
            throw new FormatException("The field \"key\" is missing.");
        }

        return op switch
        {
            "write" when value is null || tombstone is not null => throw new FormatException("A write needs a \"value\" that is a text, and no \"tombstone\"."),
            "delete" when tombstone is null || hasValue => throw new FormatException("A delete needs a \"tombstone\", and no \"value\"."),
            "read" when !hasValue => throw new FormatException("A read needs a \"value\"; null: absent."),
            _ => new Access(key, value, tombstone),
        };
    }

    private static ImmutableArray<Access> Accesses(JsonProperty property)
    {
        if (property.Value.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"The field \"{property.Name}\" is not a list.");
        }

        var accesses = ImmutableArray.CreateBuilder<Access>(property.Value.GetArrayLength());
        foreach (var item in property.Value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"An entry of \"{property.Name}\" is not an object.");
            }

            string? key = null, value = null, tombstone = null;
            var hasValue = false;
            foreach (var field in item.EnumerateObject())
            {
                switch (field.Name)
                {
                    case "key": key = Text(field); break;
                    case "value": (value, hasValue) = (TextOrNull(field), true); break;
                    case "tombstone": tombstone = Text(field); break;
                    default: throw new FormatException($"An entry of \"{property.Name}\" has an unknown field \"{field.Name}\".");
                }
            }

            if (!hasValue && tombstone is null)
            {
                throw new FormatException($"An entry of \"{property.Name}\" has neither a \"value\" nor a \"tombstone\".");
            }

            accesses.Add(new(key ?? throw new FormatException($"An entry of \"{property.Name}\" has no \"key\"."), value, tombstone));
        }

        return accesses.MoveToImmutable();
    }

    private static string Text(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw new FormatException($"The field \"{property.Name}\" is not a text.");

    private static string? TextOrNull(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Null ? null : Text(property);

    private static long Number(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var number)
            ? number
            : throw new FormatException($"The field \"{property.Name}\" is not a whole number of microseconds.");

    private static bool Flag(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"The field \"{property.Name}\" is neither true nor false."),
    };

    private static bool IsUnknown(JsonProperty property) => Text(property) switch
    {
        "unknown" => true,
        "acknowledged" => false,
        var other => throw new FormatException($"The outcome \"{other}\" is neither \"acknowledged\" nor \"unknown\"."),
    };
}
