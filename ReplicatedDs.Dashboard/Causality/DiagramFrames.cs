using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>Makes frames. Holds nothing of a viewer: where it stands, it says with each call.</summary>
internal sealed class DiagramFrames(DiagramLog log, ClusterStore store, TimeProvider time)
{
    private const int RowsMax = 2000;

    // A viewer that asks thirty times a second is behind by this much only if it or its connection cannot follow.
    private const int Patience = 3 * RowsMax;

    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(500);

    /// <summary>What came after number <paramref name="after"/>; waits a little for something to come, and not for a viewer that has gone.</summary>
    public async Task<DiagramFrame> NextAsync(long after, long version, CancellationToken cancellationToken)
    {
        var changed = log.Changed.Next;
        if (log.Last == after)
        {
            try
            {
                await ChangeSignal.WaitAsync(changed, WaitMax, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Nobody reads the answer; SignalR would log an exception as a failure.
            }
        }

        return Frame(log.ReadAfter(after, RowsMax, Patience), version);
    }

    /// <summary>What came before number <paramref name="before"/>.</summary>
    public DiagramFrame Before(long before) => Frame(log.ReadBefore(before, RowsMax), store.Current.Version);

    private DiagramFrame Frame(DiagramPart part, long knownVersion)
    {
        var view = store.Current;
        return new DiagramFrame(
            (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10,
            log.Epoch,
            WithClocks(part.Rows),
            part.Lost,
            part.Oldest,
            part.Last,
            view.Version,
            view.Version == knownVersion ? null : [.. view.Members.Select(Lane)]);
    }

    private static List<DiagramRow> WithClocks(IReadOnlyList<DiagramRow> rows)
    {
        var seen = new HashSet<int>();
        var result = new List<DiagramRow>(rows.Count);
        foreach (var row in rows)
        {
            var isFirst = seen.Add(row.Replica);
            result.Add(isFirst || row.IsClockNews ? row with { Clock = row.State.ToDictionary(entry => entry.Replica.Value, entry => entry.Counter) } : row);
        }

        return result;
    }

    private static DiagramLane Lane(ReplicaPicture replica) =>
        new(replica.Id!.Value, replica.Name, replica.Label, replica.State, replica.Tone, replica.StaleSince?.ToUnixTimeMilliseconds());
}
