using System.CommandLine;
using System.CommandLine.Parsing;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

/// <summary>Arguments and options that several commands take.</summary>
internal static class Arguments
{
    public static Argument<string> Key() => new("key") { Description = "The key: 1 to 1024 bytes of UTF-8" };

    public static Option<Dot?> IfMatch() => new("--if-match")
    {
        HelpName = "dot",
        Description = "Only if the key still has this version, such as 2#17 (exit code 1 if not)",
        CustomParser = result => ParseDot(result),
    };

    public static Option<bool> IfAbsent() => new("--if-absent") { Description = "Only if the key has no value (exit code 1 if it has)" };

    public static Condition? ToCondition(Dot? ifMatch, bool ifAbsent) =>
        ifMatch is { } dot ? Condition.Unchanged(dot) : ifAbsent ? Condition.Absent : null;

    public static Dot? ParseDot(ArgumentResult result)
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (TryParseDot(text, out var dot))
        {
            return dot;
        }

        result.AddError($"'{text}' is not a dot such as 2#17.");
        return null;
    }

    /// <summary>Takes 2#17, r2#17 and "2#17": as the API, the dashboard and an ETag write it.</summary>
    public static bool TryParseDot(string text, out Dot dot) => Dot.TryParse(text.AsSpan().Trim('"').TrimStart('r'), out dot);

    public static void Require<T>(Option<T> option, Func<T, bool> isGood, string sentence) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && !result.Errors.Any() && result.GetValueOrDefault<T>() is { } value && !isGood(value))
        {
            result.AddError($"{option.Name} is {value}; {sentence}.");
        }
    });
}
