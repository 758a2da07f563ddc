using System.Buffers;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>All checkers of a run, told of everything in the same order, and the history that they share.</summary>
internal sealed class CheckerSet
{
    private readonly Checker[] _checkers;

    public CheckerSet(SimulatedCluster cluster)
    {
        _checkers =
        [
            new CausalOrderChecker(History),
            new ValueChecker(History, cluster),
            new ConditionChecker(History, cluster),
            new DurabilityChecker(History),
            new SessionGuaranteeChecker(History),
            new StabilityChecker(History, cluster),
            new DeliveryModel(History),
            new MembershipChecker(),
            new QuarantineChecker(),
            new ConvergenceChecker(History),
        ];
    }

    public History History { get; } = new();

    public void Delivered(SimulatedReplica at, Update update, WriteRequest? request)
    {
        var knowledge = History.Of(at);
        var written = History.Find(update.Dot);
        var isOwn = update.Origin == at.Id;
        if (written is null)
        {
            // A guest has no process: its declared dependencies are the true ones.
            var dependencies = isOwn ? knowledge.Delivered.Copy() : Counts.Of(update.Dependencies, at.Members);
            if (!isOwn && at.Published.Members.Find(update.Origin)?.Status != Causality.Membership.MemberStatus.Guest)
            {
                throw new SimulationFailure(nameof(CheckerSet), $"{at.Label} delivered {Describe.Update(update)}, which its origin never made durable");
            }

            written = new WrittenUpdate(update, dependencies, !isOwn);
        }

        foreach (var checker in _checkers)
        {
            checker.Delivering(at, written with { Update = update }, request);
        }

        if (History.Find(update.Dot) is null)
        {
            History.Add(written);
        }

        knowledge.Delivered[update.Origin.Value] = update.Dot.Counter;
        knowledge.Timestamp = Math.Max(knowledge.Timestamp, update.Timestamp.Packed);
        knowledge.Keys.Apply(written);
    }

    /// <summary>A replica begins with what its donor's root holds, or with nothing.</summary>
    public void Installed(SimulatedReplica at, SimulatedReplica? donor, ReplicaState snapshot)
    {
        if (donor is null)
        {
            History.Install(at, new ReplicaKnowledge(new Counts(), new KeyModel()));
        }
        else if (at.PendingKnowledge is { } knowledge)
        {
            History.Install(at, knowledge);
            at.PendingKnowledge = null;
        }

        if (!History.Of(at).Delivered.Same(snapshot))
        {
            throw new SimulationFailure(nameof(CheckerSet), $"{at.Label} was given a snapshot at {snapshot.Delivered}, the donor had {History.Of(at).Delivered}");
        }
    }

    /// <summary>A replica joined its state with that of a donor: it holds what either had.</summary>
    public void Joined(SimulatedReplica at, ReplicaState state)
    {
        if (at.PendingKnowledge is not { } donors)
        {
            throw new SimulationFailure(nameof(CheckerSet), $"{at.Label} installed a snapshot that nobody gave it");
        }

        at.PendingKnowledge = null;
        var delivered = History.Of(at).Delivered.Copy();
        delivered.Include(donors.Delivered);
        History.Install(at, KnowledgeOf(delivered));
        foreach (var checker in _checkers)
        {
            checker.Recovered(at, state);
        }
    }

    /// <summary>A replica wrote the keys that it says have changed: all others must be as they were written before.</summary>
    public static void Checkpointed(SimulatedReplica at)
    {
        var wrong = Rows(at.Published).ToHashSet();
        wrong.SymmetricExceptWith(Rows(at.Disk.Checkpoint));
        if (wrong.Count > 0)
        {
            throw new SimulationFailure(nameof(CheckerSet), $"{at.Label} made a checkpoint that is not what it published: {wrong.First()} is in one of them only");
        }

        static IEnumerable<string> Rows(ReplicaState state) => state.Keys.All.Select(entry =>
        {
            var bytes = new ArrayBufferWriter<byte>();
            StateCodec.WriteKey(bytes, entry.Value);
            return $"{entry.Key} {Convert.ToHexString(bytes.WrittenSpan)}";
        });
    }

    /// <summary>A replica's machine went down before the last updates there were synced.</summary>
    public void Lost(SimulatedReplica at, IEnumerable<Update> updates)
    {
        var delivered = History.Of(at).Delivered.Copy();
        foreach (var update in updates.Reverse())
        {
            delivered[update.Origin.Value] = update.Dot.Counter - 1;
        }

        History.Install(at, KnowledgeOf(delivered));
    }

    /// <summary>What follows from the updates that <paramref name="root"/> says to have.</summary>
    public ReplicaKnowledge KnowledgeAt(ReplicaState root) => KnowledgeOf(Counts.Of(root.Delivered, root.Members));

    private ReplicaKnowledge KnowledgeOf(Counts delivered)
    {
        var knowledge = new ReplicaKnowledge(delivered, new KeyModel());
        // In a causal order: what depends on another update depends on more than that one.
        foreach (var written in History.All.Where(written => delivered.Has(written.Update.Dot)).OrderBy(written => written.Dependencies.Total))
        {
            knowledge.Keys.Apply(written);
            knowledge.Timestamp = Math.Max(knowledge.Timestamp, written.Update.Timestamp.Packed);
        }

        return knowledge;
    }

    public void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        foreach (var checker in _checkers)
        {
            checker.Published(at, inputs, output);
        }
    }

    public void RolledBack(SimulatedReplica at)
    {
        foreach (var checker in _checkers)
        {
            checker.RolledBack(at);
        }
    }

    public void Sent(SimulatedReplica from, PeerMessage message)
    {
        foreach (var checker in _checkers)
        {
            checker.Sent(from, message);
        }
    }

    public void Replied(SimulatedReplica at, Request request, RequestResult result)
    {
        foreach (var checker in _checkers)
        {
            checker.Replied(at, request, result);
        }
    }

    /// <summary>The replica's disk is an older image from now on.</summary>
    public void WentBack(SimulatedReplica at, ReplicaKnowledge knowledge)
    {
        History.Install(at, knowledge);
        foreach (var checker in _checkers)
        {
            checker.WentBack(at);
        }
    }

    public void Recovered(SimulatedReplica at, ReplicaState state)
    {
        foreach (var checker in _checkers)
        {
            checker.Recovered(at, state);
        }
    }

    public void Exited(SimulatedReplica at)
    {
        foreach (var checker in _checkers)
        {
            checker.Exited(at);
        }
    }

    public void Read(ClientSession session, SimulatedReplica at, ReplicaState root, IReadOnlyList<string> keys)
    {
        foreach (var checker in _checkers)
        {
            checker.Read(session, at, root, keys);
        }
    }

    public void Wrote(ClientSession session, SimulatedReplica at, Written written)
    {
        foreach (var checker in _checkers)
        {
            checker.Wrote(session, at, written);
        }
    }

    public void Finished(SimulatedCluster cluster)
    {
        foreach (var checker in _checkers)
        {
            checker.Finished(cluster);
        }
    }
}
