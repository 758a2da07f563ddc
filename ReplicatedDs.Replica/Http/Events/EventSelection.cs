using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>
/// Which events a reader of the feed wants. One that wants only a share of the updates gets whole updates, chosen by a hash of their dot that is the same at
/// every replica; and of the others what waited, conflicts, drops and everything that is not about one update.
/// </summary>
internal sealed class EventSelection
{
    public const int ShareMax = 1_024;

    private readonly HashSet<ReplicaEventKind> _except;
    private readonly long _share;
    private readonly string _whole;

    private EventSelection(HashSet<ReplicaEventKind> except, long share, string whole) => (_except, _share, _whole) = (except, share, whole);

    /// <exception cref="ProblemException">A part of the query is not to be understood.</exception>
    public static EventSelection Parse(IQueryCollection query) => new(
        [.. query["except"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Kind)],
        query["share"].ToString() is { Length: > 0 } share ? Share(share) : 1,
        query["whole"].ToString());

    public bool Wants(in StampedEvent stamped)
    {
        var one = stamped.Event;
        if (_except.Contains(one.Kind))
        {
            return false;
        }

        return _share == 1 || !IsThinned(one) || (one.Dot is { } dot ? Hash(dot) : stamped.N) % _share == 0 || IsWhole(one);
    }

    private static bool IsThinned(in ReplicaEvent one) => one.Kind switch
    {
        ReplicaEventKind.Write or ReplicaEventKind.Read or ReplicaEventKind.Send or ReplicaEventKind.Arrive => true,
        ReplicaEventKind.Apply => one.DeliveredAtArrival is null, // What waited is told.
        _ => false,
    };

    private bool IsWhole(in ReplicaEvent one)
    {
        if (_whole.Length == 0)
        {
            return false;
        }

        return one.Key is { } key
            ? key.StartsWith(_whole, StringComparison.Ordinal)
            : one.Update is { } update && update.Keys.Any(changed => changed.StartsWith(_whole, StringComparison.Ordinal));
    }

    private static long Hash(Dot dot)
    {
        var hash = unchecked(((ulong)dot.Replica.Value * 0x9E3779B97F4A7C15) + (ulong)dot.Counter);
        hash = unchecked((hash ^ (hash >> 31)) * 0xBF58476D1CE4E5B9);
        return (long)((hash ^ (hash >> 29)) >> 1);
    }

    private static ReplicaEventKind Kind(string word) => Enum.TryParse<ReplicaEventKind>(word, out var kind) && Enum.IsDefined(kind)
        ? kind
        : throw new ProblemException(ProblemKinds.BadRequest, $"'{word}' is no kind of event; there are {string.Join(", ", Enum.GetNames<ReplicaEventKind>())}.");

    private static long Share(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var share) && share is >= 1 and <= ShareMax
        ? share
        : throw new ProblemException(ProblemKinds.BadRequest, $"'{text}' is no share: one in so many updates, from 1 to {ShareMax}.");
}
