using System.Globalization;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>An event of the log as one sentence.</summary>
internal static class EventWords
{
    private const int ListMax = 4;

    public static string Sentence(EventView one)
    {
        var who = ViewBuilder.LabelOf(one.Replica);
        var update = one.Dot is { } dot ? "r" + dot : "an update";
        var keys = one.Keys.Count == 0 ? "" : $" ({List(one.Keys)})";
        var peer = one.Peer is { } id ? ViewBuilder.LabelOf(id) : "a peer";
        var detail = one.Detail is { Length: > 0 } more ? ": " + more : "";
        return one.Kind switch
        {
            "Write" => $"{who} wrote {(one.Keys.Count == 0 ? "an update" : List(one.Keys))} as {update}",
            "Send" => $"{who} sent {update}{keys} to {peer}",
            "Arrive" => $"{update}{keys} arrived at {who}{(one.Peer is null ? "" : " from " + peer)}",
            "Buffer" => $"{who} buffered {update}{keys}: it waits for {Dots(one.Missing, one.MissingCount)}{(one.WouldBeVisible ? "; without causal delivery it would show now" : "")}",
            "Apply" => $"{who} applied {update}{keys}",
            "Read" => $"{who} answered a read{keys}{(one.Dot is null ? "" : " with " + update)}",
            "Drop" => one.Peer is null ? $"{who} dropped {update}{keys}{detail}" : $"{update}{keys} from {who} to {peer} was dropped{detail}",
            "Duplicate" => $"{who} ignored {update}, which it has",
            "Join" => $"{(one.Peer is null ? who : peer)} joined, seen by {who}{detail}",
            "Leave" => $"{(one.Peer is null ? who : peer)} left, seen by {who}{detail}",
            "Kill" => $"{who} was killed{detail}",
            "Stop" => $"{who} was stopped{detail}",
            "Restart" => $"{who} was started again{detail}",
            "LinkChanged" => $"link {who}→{peer} changed{detail}",
            "SiblingMade" => $"{who} keeps siblings{keys}: {update} was written without knowing of the other",
            "SiblingResolved" => $"{who} resolved the siblings{keys} with {update}",
            "Stable" => $"{who} knows more to be stable{detail}",
            "Thinned" => $"So much happens that of the ordinary updates {who} tells only {one.Detail} from here on",
            "Whole" => $"{who} tells every update again",
            "Gap" => string.Create(CultureInfo.InvariantCulture, $"{who} reported {one.Lost ?? 0:N0} events too late to be recorded here"),
            _ => $"{who}: {one.Kind}{(one.Dot is null ? "" : " " + update)}{keys}{detail}",
        };
    }

    /// <summary>Its time of day, to the millisecond, where the dashboard runs.</summary>
    public static string TimeOfDay(EventView one, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(one.T * 10), zone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Dots(IReadOnlyList<string> dots, long? count) =>
        dots.Count == 0 ? "earlier updates" : List([.. dots.Take(ListMax + 1).Select(dot => "r" + dot)], count ?? dots.Count);

    private static string List(IReadOnlyList<string> words, long? count = null)
    {
        var shown = string.Join(", ", words.Take(ListMax));
        var rest = (count ?? words.Count) - Math.Min(ListMax, words.Count);
        return rest == 0 ? shown : $"{shown} and {rest} more";
    }
}
