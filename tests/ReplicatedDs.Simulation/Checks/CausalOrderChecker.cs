using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// Every delivery at every replica comes after everything that the writer had delivered, without a hole in any origin's counters; every
/// copy of an update is the same; timestamps agree with causality.
/// </summary>
internal sealed class CausalOrderChecker(History history) : Checker
{
    public override void Delivering(SimulatedReplica at, WrittenUpdate written, WriteRequest? request)
    {
        var update = written.Update;
        var origin = update.Origin.Value;
        var mine = history.Of(at);
        var first = history.Find(update.Dot);
        Require(
            mine.Delivered[origin] == update.Dot.Counter - 1,
            at,
            () => $"delivered {update.Dot} after {mine.Delivered[origin]} updates of {origin}");
        for (var id = 0; id < written.Dependencies.Length; id++)
        {
            var needed = written.Dependencies[id];
            Require(
                id == origin || mine.Delivered[id] >= needed,
                at,
                () => $"delivered {Describe.Update(update)} before {id}#{needed}, which its writer had seen; here: {mine.Delivered}");
        }

        if (first is null)
        {
            Require(
                written.Dependencies.Same(update.Dependencies, at.Members),
                at,
                () => $"wrote {Describe.Update(update)}, but had delivered {written.Dependencies}");
            Require(
                update.Timestamp.Packed > mine.Timestamp || update.Origin != at.Id,
                at,
                () => $"wrote {Describe.Update(update)} with a timestamp not later than {mine.Timestamp}, which it had seen");
            Require(!update.Operations.IsEmpty, at, () => $"wrote {update.Dot} without operations");
        }
        else
        {
            Require(
                Describe.Update(first.Update) == Describe.Update(update),
                at,
                () => $"delivered {Describe.Update(update)}, but {update.Dot} was written as {Describe.Update(first.Update)}");
        }
    }

    public override void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        var mine = history.Of(at);
        Require(
            mine.Delivered.Same(output.State),
            at,
            () => $"says it delivered {output.State.Delivered}; made durable was {mine.Delivered}");
        Require(
            output.State.Timestamp.Packed >= mine.Timestamp,
            at,
            () => $"knows timestamps up to {output.State.Timestamp}, but applied {mine.Timestamp}");
    }
}
