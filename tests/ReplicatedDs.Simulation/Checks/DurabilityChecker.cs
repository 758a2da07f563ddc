using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>What was acknowledged, to a client or to a peer, survives every crash and reaches every replica.</summary>
internal sealed class DurabilityChecker(History history) : Checker
{
    private readonly SortedDictionary<Dot, WriteRequest> _acknowledged = [];
    private readonly SortedDictionary<int, Counts> _announced = [];

    public override void Sent(SimulatedReplica from, PeerMessage message)
    {
        if (message is Heartbeat heartbeat)
        {
            Require(
                history.Of(from).Delivered.IsAtLeast(Counts.Of(heartbeat.Delivered)),
                from,
                () => $"announces {heartbeat.Delivered}; durable is {history.Of(from).Delivered}");
            Require(
                !from.Disk.Unsynced.Any(update => heartbeat.Delivered.Covers(update.Dot) || heartbeat.Stable?.Covers(update.Dot) == true),
                from,
                () => $"announces {heartbeat.Delivered}, stable {heartbeat.Stable}; may still lose {Describe.Dots([.. from.Disk.Unsynced.Select(update => update.Dot)])}");
            _announced[from.Id.Value] = Counts.Of(heartbeat.Delivered);
        }
        else if (message is UpdateRange range)
        {
            Require(
                history.Of(from).Delivered[range.Origin.Value] >= range.Last && range.First >= 1 && range.First <= range.Last,
                from,
                () => $"sends {Describe.Message(range)}; durable is {history.Of(from).Delivered}");
        }
    }

    public override void Replied(SimulatedReplica at, Request request, RequestResult result)
    {
        if (result is not Written written || request is not WriteRequest write)
        {
            return;
        }

        var update = history.Find(written.Dot);
        Require(update is not null && history.Of(at).Delivered.Has(written.Dot), at, () => $"acknowledged {written.Dot} before it was durable");
        if (written.IsRepeated)
        {
            Require(update!.Update.OperationId == write.OperationId, at, () => $"answered the repeated {write.OperationId} with {Describe.Update(update!.Update)}");
            return;
        }

        Require(
            written.Dot.Replica == at.Id && Counts.Of(written.Clock, at.Members).Same(With(update!.Dependencies, written.Dot)),
            at,
            () => $"answered {written.Dot} with the clock {written.Clock}; it had delivered {update!.Dependencies}");
        Require(
            string.Join(' ', Asked(update!.Update).Select(Describe.Operation)) == string.Join(' ', write.Operations.Select(Describe.Operation)),
            at,
            () => $"acknowledged {written.Dot} for other operations than were asked: {Describe.Update(update.Update)}");
        Require(_acknowledged.TryAdd(written.Dot, write), at, () => $"acknowledged {written.Dot} twice");
    }

    public override void Recovered(SimulatedReplica at, ReplicaState state)
    {
        var recovered = Counts.Of(state.Delivered, state.Members);
        if (_announced.TryGetValue(at.Id.Value, out var announced))
        {
            Require(recovered.IsAtLeast(announced), at, () => $"recovered {state.Delivered} after it had announced {announced}");
        }

        foreach (var dot in _acknowledged.Keys)
        {
            Require(dot.Replica != at.Id || recovered.Has(dot) || at.IsOlderCopy, at, () => $"lost its acknowledged write {dot}: recovered {state.Delivered}");
        }
    }

    public override void WentBack(SimulatedReplica at) => _announced.Remove(at.Id.Value);

    public override void Finished(SimulatedCluster cluster)
    {
        foreach (var replica in cluster.Running)
        {
            var delivered = Counts.Of(replica.Published.Delivered, replica.Published.Members);
            foreach (var dot in _acknowledged.Keys)
            {
                Require(delivered.Has(dot) || cluster.IsLost(dot), replica, () => $"the acknowledged write {dot} is missing: {delivered}");
            }
        }
    }

    /// <summary>Without the deletes with which it makes sure that what counts or collects starts from nothing.</summary>
    private static IEnumerable<Operation> Asked(Update update) => update.Operations.Where((operation, index) => !(
        operation is DeleteOperation delete && update.Operations.ElementAtOrDefault(index + 1) is IncrementOperation or AddOperation or RemoveOperation
        && ((KeyOperation)update.Operations[index + 1]).Key == delete.Key));

    private static Counts With(Counts counts, Dot dot)
    {
        var copy = counts.Copy();
        copy.Include(dot);
        return copy;
    }
}
