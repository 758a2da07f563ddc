using System.Text.Json;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client.Calls;

/// <summary>A problem document: why a replica did not do what it was asked.</summary>
internal sealed record Problem(string Name, string Sentence, IReadOnlyList<Dot> Missing, IReadOnlyList<Dot> Current)
{
    public const string CausalTimeout = "causal-timeout";
    public const string NoSuchKey = "no-such-key";
    public const string WrongType = "wrong-type";
    public const string HistoryLost = "history-lost";

    private const string TypePrefix = "urn:replicated-ds:";

    /// <summary>The problem in an answer; for one that has none, what its status says.</summary>
    public static Problem Of(Answer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && Text(root, "type") is { } type && type.StartsWith(TypePrefix, StringComparison.Ordinal))
            {
                return new Problem(type[TypePrefix.Length..], Text(root, "detail") ?? Text(root, "title") ?? type, Dots(root, "missing"), Dots(root, "current"));
            }
        }
        catch (JsonException)
        {
            // Something before the replica answered.
        }

        return new Problem("", $"{answer.Replica} answered {(int)answer.Status} {answer.Status} without saying why.", [], []);
    }

    /// <summary>Another replica, or the same one later, may do it.</summary>
    public bool IsPassing(Answer answer) =>
        (int)answer.Status is 408 or 429 or 500 or 502 or 503 or 504 or 507 || ((int)answer.Status == 410 && Name != HistoryLost);

    public ReplicatedDsException ToException(Answer answer) => (Name, (int)answer.Status) switch
    {
        (CausalTimeout, _) => new CausalTimeoutException(Sentence, Missing),
        (_, 412) => new ConditionFailedException(Sentence, Current),
        (WrongType, _) => new TypeConflictException(Sentence),
        _ => new ReplicaRefusedException(Name, answer.Status, Sentence),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static List<Dot> Dots(JsonElement element, string name)
    {
        var dots = new List<Dot>();
        if (element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String && Dot.TryParse(item.GetString(), out var dot))
                {
                    dots.Add(dot);
                }
            }
        }

        return dots;
    }
}
