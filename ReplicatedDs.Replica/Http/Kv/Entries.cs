using System.Text;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Keys and their versions in JSON.</summary>
internal static class Entries
{
    private const string CounterType = "text/plain; charset=utf-8";
    private const string SetType = "application/json";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static EntryView ToView(string key, KeyState? state, bool withValue)
    {
        var kind = state?.Kind ?? ValueKind.Absent;
        if (kind == ValueKind.Absent)
        {
            return new EntryView(key, Types.NameOf(kind), state?.Winner.Dot.ToString(), null, null, null, state?.SiblingCount ?? 0, Deleted: state is not null);
        }

        var (value, encoding) = withValue ? ToText(KeyContent.Of(state!).Span) : (null, null);
        return new EntryView(
            key, Types.NameOf(kind), state!.Winner.Dot.ToString(), value, encoding, ContentTypeOf(state), state.SiblingCount, Deleted: false);
    }

    public static string? ContentTypeOf(KeyState state) => state.Kind switch
    {
        ValueKind.Register => state.Winner.ContentType,
        ValueKind.Counter => CounterType,
        ValueKind.Set => SetType,
        _ => null,
    };

    /// <summary>
    /// The values that compete, the winner first: each register and delete, all increments as one value with the integer that they count from, all
    /// members as one.
    /// </summary>
    public static IEnumerable<SiblingView> Siblings(KeyState state)
    {
        var told = new HashSet<VersionKind>();
        foreach (var version in state.Siblings)
        {
            var isCounted = version.Kind == VersionKind.Counter
                || (state.Kind == ValueKind.Counter && version.TryGetInteger(out _));
            var kind = isCounted ? VersionKind.Counter : version.Kind;
            if (kind is VersionKind.Counter or VersionKind.Set && !told.Add(kind))
            {
                continue;
            }

            var (value, encoding) = kind switch
            {
                VersionKind.Tombstone => (null, null),
                VersionKind.Counter => (state.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), "utf-8"),
                VersionKind.Set => ToText(KeyContent.Members(state).Span),
                _ => ToText(version.Value.Span),
            };
            var contentType = kind switch
            {
                VersionKind.Counter => CounterType,
                VersionKind.Set => SetType,
                _ => version.ContentType,
            };
            yield return new SiblingView(version.Dot.ToString(), kind == VersionKind.Tombstone, value, encoding, contentType, version.Timestamp.Milliseconds);
        }
    }

    public static (string? Value, string? Encoding) ToText(ReadOnlySpan<byte> value)
    {
        try
        {
            return (StrictUtf8.GetString(value), "utf-8");
        }
        catch (DecoderFallbackException)
        {
            return (Convert.ToBase64String(value), "base64");
        }
    }
}
