using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>
/// Which events a reader of the feed wants. One that wants only a share of the updates gets whole updates, chosen by a hash of their dot that is the same at
/// every replica; everything that is not about one update; and of the other updates waits that are not over before they could be told, conflicts and drops,
/// at most <see cref="ExceptionsMax"/> in a batch: what is common is no exception, and is told by its share as well. Of one reader, batch by batch.
/// </summary>
internal sealed class EventSelection
{
    public const int ShareMax = 1_024;

    public const int ExceptionsMax = 4;

    private const int SharedMissingMax = 10;

    /// <summary>More than any replica lets wait.</summary>
    private const int OrdinaryMax = 200_000;

    private readonly HashSet<ReplicaEventKind> _except;
    private readonly int _share;
    private readonly string _whole;

    // What began to wait in this batch, and of it what became visible in it.
    private readonly HashSet<Dot> _buffered = [];
    private readonly HashSet<Dot> _brief = [];

    // What waits and is told by its share alone: so is then that it became visible.
    private readonly HashSet<Dot> _ordinary = [];
    private int _exceptions;

    private EventSelection(HashSet<ReplicaEventKind> except, int share, string whole) => (_except, _share, _whole) = (except, share, whole);

    /// <summary>Not all updates are wanted.</summary>
    public bool IsShare => _share > 1;

    /// <summary>The most missing dots of one event that are told: where much happens, each may miss many.</summary>
    public int MissingMax => IsShare ? SharedMissingMax : PendingUpdate.MissingMax;

    /// <exception cref="ProblemException">A part of the query is not to be understood.</exception>
    public static EventSelection Parse(IQueryCollection query) => new(
        [.. query["except"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Kind)],
        query["share"].ToString() is { Length: > 0 } share ? Share(share) : 1,
        query["whole"].ToString());

    /// <summary>The events that are asked about next, one by one and in their order.</summary>
    public void Begin(ReadOnlySpan<StampedEvent> batch)
    {
        if (!IsShare)
        {
            return;
        }

        _exceptions = 0;
        _buffered.Clear();
        _brief.Clear();
        foreach (ref readonly var stamped in batch)
        {
            if (stamped.Event is { Kind: ReplicaEventKind.Buffer, Dot: { } waits })
            {
                _buffered.Add(waits);
            }
            else if (stamped.Event is { Kind: ReplicaEventKind.Apply, Dot: { } applied } && _buffered.Contains(applied))
            {
                _brief.Add(applied);
            }
        }
    }

    /// <summary>Events were lost: what of them ended to wait is not known.</summary>
    public void Lost() => _ordinary.Clear();

    /// <summary>How many events this one stands for, since others like it are not told; 0: it is not wanted.</summary>
    public int Weigh(in StampedEvent stamped)
    {
        var one = stamped.Event;
        if (_except.Contains(one.Kind))
        {
            return 0;
        }

        if (!IsShare || !IsOrdinary(one) || IsWhole(one))
        {
            return 1;
        }

        // Reads and duplicates of one update may be very many: each is chosen for itself.
        var itself = new Dot(default(ReplicaId), stamped.N);
        return Hash(one.Kind is ReplicaEventKind.Read or ReplicaEventKind.Duplicate ? itself : one.Dot ?? itself) % _share == 0 ? _share : 0;
    }

    private bool IsOrdinary(in ReplicaEvent one) => one.Kind switch
    {
        ReplicaEventKind.Write or ReplicaEventKind.Read or ReplicaEventKind.Send or ReplicaEventKind.Arrive or ReplicaEventKind.Duplicate => true,
        ReplicaEventKind.Apply => one.DeliveredAtArrival is null || (one.Dot is { } dot && _ordinary.Remove(dot)),
        ReplicaEventKind.Buffer => one.Dot is { } dot && (_brief.Contains(dot) || IsOneTooMany()) && _ordinary.Count < OrdinaryMax && _ordinary.Add(dot),
        ReplicaEventKind.Drop when one is { Peer: null, Dot: { } dot } && _ordinary.Remove(dot) => true,
        ReplicaEventKind.Drop or ReplicaEventKind.SiblingMade or ReplicaEventKind.SiblingResolved => IsOneTooMany(),
        _ => false,
    };

    private bool IsOneTooMany() => ++_exceptions > ExceptionsMax;

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

    private static int Share(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var share) && share is >= 1 and <= ShareMax
        ? share
        : throw new ProblemException(ProblemKinds.BadRequest, $"'{text}' is no share: one in so many updates, from 1 to {ShareMax}.");
}
