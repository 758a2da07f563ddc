using System.Globalization;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>What happened to an update, in sentences.</summary>
internal static class TraceWords
{
    private const double NanosecondsPerMs = 1e6;

    /// <summary>As the dashboard writes dots: <c>r2#17</c>.</summary>
    public static string Name(Dot dot) => "r" + dot;

    /// <summary>A span of time: <c>0.4 ms</c>, <c>12 ms</c>, <c>1.9 s</c>, <c>12:05</c>.</summary>
    public static string Span(long nanoseconds)
    {
        var ms = nanoseconds / NanosecondsPerMs;
        return ms switch
        {
            < 9.95 => ms.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
            < 999.5 => ms.ToString("0", CultureInfo.InvariantCulture) + " ms",
            < 59_950 => (ms / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
            < 3_600_000 => $"{(int)ms / 60_000}:{(int)ms / 1000 % 60:00} min",
            _ => $"{(long)ms / 3_600_000}:{(long)ms / 60_000 % 60:00} h",
        };
    }

    /// <summary>Neither nothing nor all is what a rounding makes of a little or almost all.</summary>
    public static string Percent(double share) =>
        (share is > 0 and < 1 ? Math.Clamp(Math.Round(share * 100), 1, 99) : Math.Round(share * 100)).ToString("0", CultureInfo.InvariantCulture) + " %";

    /// <summary>The whole story in two sentences.</summary>
    public static string Summary(UpdateTrace update, long now)
    {
        var all = update.Members.Length;
        var written = $"r{update.Origin} wrote {(update.Keys.IsEmpty ? "it" : update.Key)} as {Name(update.Dot)}.";
        if (all == 1)
        {
            return update.WriteEnd is null ? written : $"{written} It is the only member.";
        }

        if (update.AtAll is { } atAll && update.AtHalf is { } atHalf)
        {
            var how = all == 2
                ? $" Both replicas showed it after {Span(atAll)}"
                : $" {update.HalfCount} of {all} replicas showed it after {Span(atHalf)}, all {all} after {Span(atAll)}";
            return written + how + Blame(update, now) + ".";
        }

        var missing = Join([.. update.Parts.Where(part => part.IsWaiting).Select(part => part.Replica).Concat(update.Unheard).Order().Select(id => "r" + id)]);
        var half = update.AtHalf is { } soFar ? $" {update.HalfCount} of {all} replicas showed it after {Span(soFar)}." : "";
        return $"{written}{half} It is not yet visible at {missing}{Blame(update, now)}.";
    }

    /// <summary>What happened at one replica.</summary>
    public static string At(UpdateTrace update, ReplicaPart part, long now)
    {
        var way = part.Arrived - (update.WriteEnd ?? update.Start);
        var arrived = (way < 0 ? "arrived at once" : $"on its way for {Span(way)}")
            + (part.Peer is { } peer && peer != update.Origin ? $", passed on by r{peer}" : "");
        return !part.HasWaited ? $"{arrived}, then visible"
            : part.IsWaiting ? $"{arrived}, has waited {Span(part.Waited(now))} for {Dots(part.Missing)} so far"
            : $"{arrived}, waited {Span(part.Waited(now))} for {Dots(part.Missing)}, then visible";
    }

    /// <summary>That the replica came up only after the update was written: why it took so long without a wait. <c>null</c>: it did not, or it is not known.</summary>
    /// <param name="started">When the replica's present process began, in nanoseconds since the Unix epoch.</param>
    public static string? Late(UpdateTrace update, ReplicaPart part, long? started) =>
        started > update.Start && started <= part.Arrived ? $"r{part.Replica} was started {Span(started.Value - update.Start)} after the write" : null;

    /// <summary>How one that was waited for came to a replica.</summary>
    public static string Way(UpdateTrace update, ReplicaPart? part, int replica, long now) => part switch
    {
        null when replica == update.Origin => $"{Named(update)} was written at r{replica} itself",
        null => $"{Named(update)}, written at r{update.Origin}, has not arrived at r{replica} as far as is known here",
        { HasWaited: false } => $"{Named(update)} took {Span(Math.Max(0, part.Arrived - update.Start))} from r{update.Origin} to r{replica}",
        _ => $"{Named(update)} took {Span(Math.Max(0, part.Arrived - update.Start))} from r{update.Origin} to r{replica} and {(part.IsWaiting ? "has " : "")}waited there {Span(part.Waited(now))} itself",
    };

    /// <summary><c>r1#1 (x)</c>.</summary>
    public static string Named(UpdateTrace update) => update.Keys.IsEmpty ? Name(update.Dot) : $"{Name(update.Dot)} ({update.Key})";

    /// <summary><c>r1#1</c>, <c>r1#1 and r2#3</c>, <c>r1#1, r1#2 and 7 more</c>.</summary>
    public static string Dots(IReadOnlyList<Dot> dots) =>
        dots.Count <= 3 ? Join([.. dots.Select(Name)]) : $"{Name(dots[0])}, {Name(dots[1])} and {dots.Count - 2} more";

    public static string Join(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "nobody",
        1 => words[0],
        _ => string.Join(", ", words.Take(words.Count - 1)) + " and " + words[^1],
    };

    private static string Blame(UpdateTrace update, long now)
    {
        if (update.Slowest is not { HasWaited: true } slowest)
        {
            return "";
        }

        return slowest.IsWaiting
            ? $": r{slowest.Replica} has waited {Span(slowest.Waited(now))} for {Dots(slowest.Missing)} so far"
            : $"; {Percent(update.WaitShare(now))} of that r{slowest.Replica} waited for {Dots(slowest.Missing)}";
    }
}
