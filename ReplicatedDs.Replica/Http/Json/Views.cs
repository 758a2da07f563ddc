using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Http.Json;

/// <summary>The core's types in the shapes of the JSON views.</summary>
internal static class Views
{
    public static IResult Ok<T>(T view, JsonTypeInfo<T> type) => TypedResults.Json(view, type);

    /// <summary>Ids as texts, ascending by number.</summary>
    public static IReadOnlyDictionary<string, long> ToView(this VectorClock clock)
    {
        // An ordered dictionary: people read the entries in the order of ids, also past id 9.
        var view = new OrderedDictionary<string, long>(clock.Count);
        foreach (var (replica, counter) in clock)
        {
            view.Add(replica.Value.ToString(CultureInfo.InvariantCulture), counter);
        }

        return view;
    }

    public static IReadOnlyList<string> ToView(this IEnumerable<Dot> dots) => [.. dots.Select(dot => dot.ToString())];

    /// <summary><c>MissingDependency</c> as <c>missing-dependency</c>.</summary>
    public static string ToKebab<T>(this T value)
        where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
