using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Entity tags are dots in quotes. With siblings the tag lists all dots, the winner first, and matches no condition.</summary>
internal static class ETags
{
    public static string Of(KeyState state) => Of(state.Dots);

    public static string Of(IEnumerable<Dot> dots) => $"\"{string.Join(',', dots)}\"";

    /// <summary>Whether one of the tags in an <c>If-None-Match</c> of a read is <paramref name="etag"/>.</summary>
    public static bool MatchesAny(StringValues header, string etag) =>
        header.Count > 0 && header.Any(value => value == "*" || value?.Contains(etag, StringComparison.Ordinal) == true);

    /// <summary>The conditions of a write.</summary>
    /// <exception cref="ProblemException">They are not ones that a replica can check.</exception>
    public static ImmutableArray<WriteCondition> Conditions(HttpRequest request, string key)
    {
        var ifMatch = request.Headers.IfMatch;
        var ifNoneMatch = request.Headers.IfNoneMatch;
        if (ifMatch.Count == 0 && ifNoneMatch.Count == 0)
        {
            return [];
        }

        var conditions = ImmutableArray.CreateBuilder<WriteCondition>(2);
        if (ifMatch.Count > 0)
        {
            conditions.Add(new WriteCondition(key, ParseDot(ifMatch.ToString())));
        }

        if (ifNoneMatch.Count > 0)
        {
            conditions.Add(ifNoneMatch.ToString().Trim() == "*"
                ? new WriteCondition(key, null)
                : throw Bad("If-None-Match of a write can only be *, for: the key has no value here."));
        }

        return conditions.DrainToImmutable();
    }

    private static Dot ParseDot(string text)
    {
        var tag = text.AsSpan().Trim();
        if (tag is not ['"', .. var inner, '"'])
        {
            throw Bad($"If-Match takes one dot in quotes, such as \"2#17\", not {text}.");
        }

        if (Dot.TryParse(inner, out var dot))
        {
            return dot;
        }

        // The tag of a key with siblings comes back as it was given. It matches nothing, and dots start at 1#1.
        return IsListOfDots(inner) ? default : throw Bad($"If-Match takes one dot in quotes, such as \"2#17\", not {text}.");
    }

    private static bool IsListOfDots(ReadOnlySpan<char> text)
    {
        foreach (var part in text.Split(','))
        {
            if (!Dot.TryParse(text[part], out _))
            {
                return false;
            }
        }

        return true;
    }

    private static ProblemException Bad(string detail) => new(ProblemKinds.BadCondition, detail);
}
