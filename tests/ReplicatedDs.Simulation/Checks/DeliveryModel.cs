using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// The naive model of the delivery buffer: after each step nothing that waits could be delivered, and what each update waits for is
/// exactly what is missing. No update that arrives vanishes without a word.
/// </summary>
internal sealed class DeliveryModel(History history) : Checker
{
    // Above this size the scan is made only now and then: it is quadratic over a run.
    private const int AlwaysUpTo = 48;
    private long _calls;

    public override void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        if (inputs is [SnapshotArrived] || at.IsOlderCopy)
        {
            return; // what a snapshot frees is delivered in the next step, and what time frees as well, of use or not; to an older copy others send what they believe that it can take
        }

        var pending = at.Core!.Pending();
        var mine = history.Of(at).Delivered;
        // What comes from one that was declared dead is nothing.
        foreach (var batch in inputs.OfType<MessageArrived>()
            .Where(arrived => output.State.Members.Find(arrived.From) is not { IsFenced: true })
            .Select(arrived => arrived.Message).OfType<UpdateBatch>())
        {
            foreach (var update in batch.Updates)
            {
                Require(
                    mine.Has(update.Dot) || pending.Any(one => one.Update.Dot == update.Dot) || output.Events.Any(one => one.Kind == ReplicaEventKind.Drop && Names(one, update)),
                    at,
                    () => $"{update.Dot} arrived and is neither delivered nor waiting nor reported as dropped");
            }
        }

        if (pending.Length > AlwaysUpTo && ++_calls % 32 != 0)
        {
            return;
        }

        Dot? before = null;
        foreach (var one in pending)
        {
            Require(before is null || before < one.Update.Dot, at, () => $"the pending updates are not in order at {one.Update.Dot}");
            before = one.Update.Dot;
            Compare(at, mine, one);
        }
    }

    // A dropped batch may be reported once for all of its updates.
    private static bool Names(ReplicaEvent one, Update update) => one.Dot is null || one.Dot.Value.Replica == update.Origin;

    private void Compare(SimulatedReplica at, Counts mine, PendingUpdate one)
    {
        var update = one.Update;
        var missing = Missing(mine, update);
        if (missing.Count == 0)
        {
            Require(
                one.Reason == PendingReason.ClockAhead && one.MissingCount == 0 && one.Missing.IsEmpty,
                at,
                () => $"{Describe.Update(update)} could be delivered at {mine} and waits with reason {one.Reason}, missing {Describe.Dots(one.Missing)}");
            var latest = (at.SteppedAt.UnixMicroseconds + (at.Settings.ClockAheadMax.Ticks / TimeSpan.TicksPerMicrosecond)) / 1000;
            Require(
                update.Timestamp.Packed > latest << 16,
                at,
                () => $"{Describe.Update(update)} waits for the clock, which accepts timestamps up to {latest} ms");
            return;
        }

        Require(one.MissingCount == missing.Count, at, () => $"{Describe.Update(update)} misses {missing.Count} at {mine}, it says {one.MissingCount}");
        Require(
            one.Missing.SequenceEqual(missing.Take(PendingUpdate.MissingMax)),
            at,
            () => $"{Describe.Update(update)} at {mine} misses {string.Join(',', missing.Take(PendingUpdate.MissingMax))}, it says {Describe.Dots(one.Missing)}");
        var others = missing.Exists(dot => dot.Replica != update.Origin);
        Require(
            one.Reason == (missing.Exists(dot => IsGivenUp(at, dot)) ? PendingReason.Quarantined : others ? PendingReason.MissingDependency : PendingReason.Gap),
            at,
            () => $"{update.Dot} misses {string.Join(',', missing.Take(5))} and gives the reason {one.Reason}");
    }

    private static bool IsGivenUp(SimulatedReplica at, Dot dot) =>
        at.Members.Find(dot.Replica) is { Status: MemberStatus.Departed } gone && dot.Counter > gone.Final;

    private static List<Dot> Missing(Counts mine, Update update)
    {
        var missing = new List<Dot>();
        var needed = Counts.Of(update.Dependencies);
        for (var id = 1; id < Math.Max(needed.Length, update.Origin.Value + 1); id++)
        {
            var last = id == update.Origin.Value ? update.Dot.Counter - 1 : needed[id];
            for (var counter = mine[id] + 1; counter <= last; counter++)
            {
                missing.Add(new Dot(id, counter));
            }
        }

        return missing;
    }
}
