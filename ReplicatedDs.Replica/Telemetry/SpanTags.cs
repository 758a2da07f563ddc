using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>The attributes of an update's spans; docs/telemetry.md says what each means.</summary>
internal static class SpanTags
{
    public const string Dot = "replicated_ds.dot";

    // A span is for reading: what is longer is counted by others.
    private const int KeysMax = 8;
    private const int KeyLengthMax = 128;

    public static List<KeyValuePair<string, object?>> OfWrite(Update update, ReplicaId self, MemberTable members)
    {
        var tags = Common(update, self, members);
        tags.Add(new("replicated_ds.dependencies", update.Dependencies.ToString()));
        tags.Add(new("replicated_ds.members", Ids(members)));
        return tags;
    }

    public static List<KeyValuePair<string, object?>> OfArrival(Update update, ReplicaEvent arrived, ReplicaId self, MemberTable members)
    {
        var tags = Common(update, self, members);
        tags.Add(new("replicated_ds.peer", arrived.Peer?.Value));
        tags.Add(new("replicated_ds.waited", !arrived.Missing.IsEmpty));
        tags.Add(new("replicated_ds.written_ms", update.Timestamp.Milliseconds));
        return tags;
    }

    public static List<KeyValuePair<string, object?>> OfWait(ReplicaEvent waiting) =>
    [
        new("replicated_ds.missing", string.Join(' ', waiting.Missing)),
        new("replicated_ds.missing_count", waiting.Missing.Length),
    ];

    private static List<KeyValuePair<string, object?>> Common(Update update, ReplicaId self, MemberTable members) =>
    [
        new(Dot, update.Dot.ToString()),
        new("replicated_ds.origin", update.Origin.Value),
        new("replicated_ds.replica", self.Value),
        new("replicated_ds.replica_name", members.Find(self)?.Name),
        new("replicated_ds.keys", Keys(update)),
    ];

    private static string[] Keys(Update update) =>
        [.. update.Keys.Take(KeysMax).Select(key => key.Length <= KeyLengthMax ? key : key[..KeyLengthMax] + "…")];

    private static string Ids(MemberTable members) => string.Join(
        ' ', members.Where(member => member is { IsPresent: true, IsFenced: false }).Select(member => member.Id.Value.ToString(CultureInfo.InvariantCulture)));
}
