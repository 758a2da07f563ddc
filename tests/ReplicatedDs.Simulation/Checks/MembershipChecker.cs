using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>R2 and R3: each id is admitted once and above all that its sponsor knew; nobody writes before its activation or after its leave.</summary>
internal sealed class MembershipChecker : Checker
{
    private readonly SortedDictionary<int, Dot> _admitted = [];
    private readonly SortedDictionary<int, Dot> _activated = [];
    private readonly SortedSet<int> _left = [];

    public override void Delivering(SimulatedReplica at, WrittenUpdate written, WriteRequest? request)
    {
        var update = written.Update;
        if (update.Origin != at.Id)
        {
            return;
        }

        var isFounding = update.Dot == new Dot(1, 1);
        Require(!_left.Contains(at.Id.Value), at, () => $"wrote {Describe.Update(update)} after its leave");
        Require(
            isFounding || (_activated.TryGetValue(at.Id.Value, out var activation) && written.Dependencies.Has(activation)),
            at,
            () => $"wrote {Describe.Update(update)} without having delivered its activation");
        foreach (var operation in update.Operations)
        {
            switch (operation)
            {
                case AdmitOperation admit:
                    Require(_admitted.TryAdd(admit.Replica.Value, update.Dot), at, () => $"admits {admit.Replica} in {update.Dot}, which {_admitted[admit.Replica.Value]} did before");
                    break;
                case GuestOperation guest:
                    Require(_admitted.TryAdd(guest.Replica.Value, update.Dot), at, () => $"admits the guest {guest.Replica} in {update.Dot}; that id is taken");
                    break;
                case ActivateOperation activate:
                    Require(_activated.TryAdd(activate.Replica.Value, update.Dot), at, () => $"activates {activate.Replica} again");
                    break;
                case LeaveOperation:
                    _left.Add(at.Id.Value);
                    break;
                default:
                    break;
            }
        }
    }
}
