using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.Checks;
using ReplicatedDs.Simulation.Running;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// One run: a cluster comes up, works under faults (safety), then heals and has to come to rest (liveness). Everything in it follows from
/// the options.
/// </summary>
internal sealed class SimulatedCluster : IDisposable
{
    // Virtual time in which a healed cluster must have come to rest; the greatest clock jump is well below.
    private const long LivenessDeadline = 240_000_000;
    private const long SetUpDeadline = 120_000_000;
    private const int EventsMax = 20_000_000;

    private readonly SeededRandom _processes;
    private readonly List<SimulatedReplica> _replicas = [];
    private readonly List<ClientSession> _sessions = [];
    private readonly FaultDriver _driver;
    private int _lastId;
    private bool _isAllocatorWiped;

    public SimulatedCluster(SimulationOptions options, bool trace, TextWriter? echo)
    {
        Options = options;
        Trace = new TraceLog(trace, echo);
        _processes = new SeededRandom(options.Seed, RandomStream.Processes);
        Network = new VirtualNetwork(this, new SeededRandom(options.Seed, RandomStream.Network));
        Checks = new CheckerSet(this);
        _driver = new FaultDriver(this, new SeededRandom(options.Seed, RandomStream.Faults));
    }

    public SimulationOptions Options { get; }

    public EventQueue Queue { get; } = new();

    public VirtualNetwork Network { get; }

    public CheckerSet Checks { get; }

    public TraceLog Trace { get; }

    public FaultCounter Faults { get; } = new();

    /// <summary>Steps that the cores of all replicas took.</summary>
    public long CoreSteps { get; private set; }

    /// <summary>Events of the safety phase that have happened.</summary>
    public long Steps { get; private set; }

    public bool IsHealed { get; private set; }

    public IReadOnlyList<SimulatedReplica> Replicas => _replicas;

    public IEnumerable<SimulatedReplica> Running => _replicas.Where(replica => replica.IsRunning);

    public SimulatedReplica? Find(ReplicaId id) => _replicas.Find(replica => replica.Id == id && replica.IsRunning);

    /// <summary>
    /// Whether an update is lost with the dead replica that wrote it, or with the dead that alone had it from one that left: nobody else ever delivered it.
    /// </summary>
    public bool IsLost(Dot dot) =>
        _replicas.Exists(replica => replica.Phase == ReplicaPhase.Dead && (replica.Id == dot.Replica || Checks.History.Of(replica).Delivered.Has(dot)))
        && _replicas.Exists(replica => replica.Phase is ReplicaPhase.Dead or ReplicaPhase.Gone && replica.Id == dot.Replica)
        && !_replicas.Exists(replica => replica.Phase is ReplicaPhase.Running or ReplicaPhase.Down && !HasDeparted(replica) && Checks.History.Of(replica).Delivered.Has(dot));

    public void CountStep() => CoreSteps++;

    /// <summary>Whether every replica that has a disk and is not known to have departed delivered it.</summary>
    public bool HasEverybody(Dot dot) => _replicas.TrueForAll(replica =>
        replica.Phase is not (ReplicaPhase.Running or ReplicaPhase.Down)
        || Checks.History.Of(replica).Delivered.Has(dot)
        || replica.IsOlderCopy
        || HasDeparted(replica));

    private bool HasDeparted(SimulatedReplica replica) =>
        _replicas.Exists(other => other.Published.Members.Find(replica.Id) is { Status: MemberStatus.Departed });

    /// <summary>Runs it all; throws <see cref="SimulationFailure"/>.</summary>
    public void Run()
    {
        SetUp();
        _driver.Start();
        for (var i = 0; i < Options.Clients; i++)
        {
            var session = new ClientSession(this, i + 1, new SeededRandom(Options.Seed + ((ulong)i << 32), RandomStream.Clients));
            _sessions.Add(session);
            session.Start();
        }

        while (Steps < Options.Steps && Queue.RunNext())
        {
            Steps++;
        }

        Heal();
        AwaitRest();
        Checks.Finished(this);
        Trace.Write(Queue.Now, "end", Summary());
    }

    /// <summary>Adds a slot whose process will join.</summary>
    public SimulatedReplica AddReplica()
    {
        var replica = new SimulatedReplica(this, _replicas.Count + 1, _processes);
        _replicas.Add(replica);
        if (Options.Has(FaultKind.ClockSkew))
        {
            replica.Clock.Offset = _processes.Between(-2_000_000, 2_000_000);
            replica.Clock.Drift = _processes.Between(-200, 200);
            Faults.Add(FaultKind.ClockSkew);
        }

        return replica;
    }

    /// <summary>Ids whose replica came back on an older image of its disk, and joined anew: an operator evicts them.</summary>
    public SortedSet<ReplicaId> SpentIds { get; } = [];

    /// <summary>
    /// The next id. If the allocator has lost its memory, it goes on at the next multiple of 1,024 above what the members that the sponsor reaches know (R2).
    /// </summary>
    public ReplicaId AllocateId(SimulatedReplica sponsor)
    {
        if (_isAllocatorWiped)
        {
            _isAllocatorWiped = false;
            var reachable = _replicas.Where(other => other == sponsor || (other.IsRunning && !Network.IsBlocked(sponsor, other) && !Network.IsBlocked(other, sponsor)));
            _lastId = ((reachable.Max(other => other.Published.Members.HighestId.Value) / 1024) + 1) * 1024 - 1;
        }

        return new(_lastId = Math.Max(_lastId, sponsor.Published.Members.HighestId.Value) + 1);
    }

    public void WipeAllocator() => _isAllocatorWiped = true;

    /// <summary>A process without an identity asks a sponsor, takes a snapshot and starts; whenever that fails it begins again with a new id.</summary>
    public void BeginJoin(SimulatedReplica joiner)
    {
        var epoch = joiner.Epoch;

        void Retry()
        {
            if (joiner.Phase == ReplicaPhase.Joining && joiner.Epoch == epoch)
            {
                BeginJoin(joiner);
            }
        }

        var sponsors = _replicas.Where(replica => replica.IsActive).ToList();
        if (sponsors.Count == 0)
        {
            Queue.Schedule(300_000, Retry);
            return;
        }

        // Whatever is lost on the way, the joiner tries again after a while, and what it asked for before is void.
        var attempt = ++joiner.JoinAttempt;
        Queue.Schedule(1_500_000, () =>
        {
            if (joiner.JoinAttempt == attempt)
            {
                Retry();
            }
        });
        bool IsCurrent() => joiner.Phase == ReplicaPhase.Joining && joiner.Epoch == epoch && joiner.JoinAttempt == attempt;

        var sponsor = _processes.Pick(sponsors);
        var incarnation = new Incarnation(new UInt128(_processes.NextUInt64(), _processes.NextUInt64()));
        Network.Call(joiner, sponsor, answer =>
        {
            if (!sponsor.IsRunning)
            {
                return;
            }

            var id = AllocateId(sponsor);
            sponsor.Submit(tag => new JoinRequest(tag, Admission(joiner, id, incarnation)), result => answer(() =>
            {
                if (IsCurrent() && result is Admitted admitted)
                {
                    TakeSnapshot(joiner, sponsor, incarnation, admitted, IsCurrent);
                }
            }));
        });
    }

    /// <summary>What the production transport does with a <see cref="SnapshotRequest"/>: it always tells how that ended.</summary>
    public void FetchSnapshot(SimulatedReplica at, ReplicaId from)
    {
        var epoch = at.Epoch;
        var isDone = false;

        void End(ReplicaInput input)
        {
            if (!isDone)
            {
                isDone = true;
                at.Enqueue(epoch, input);
            }
        }

        Queue.Schedule(2_000_000, () => End(new SnapshotFailed(from)));
        if (Find(from) is not { } donor)
        {
            return;
        }

        Network.Call(at, donor, answer =>
        {
            // One that left may be the last to have its own last updates.
            if (!donor.IsRunning || donor.Published.Members.Find(donor.Id) is not ({ IsServing: true } or { Status: MemberStatus.Departed, Final: > 0 }))
            {
                return;
            }

            var hasLeft = !donor.Published.Members.IsServing(donor.Id);
            var root = hasLeft ? donor.Core!.Snapshot : donor.Published;
            var snapshot = Codecs.Snapshot(root);
            var knowledge = hasLeft ? Checks.KnowledgeAt(root) : Checks.History.Of(donor).Copy();
            answer(() =>
            {
                if (!isDone && at.Epoch == epoch)
                {
                    at.PendingKnowledge = knowledge;
                    End(new SnapshotArrived(from, snapshot));
                }
            });
        });
    }

    public void CrashAndRestart(SimulatedReplica replica, bool loseUnsynced)
    {
        replica.Crash(loseUnsynced);
        var epoch = replica.Epoch;
        Queue.Schedule(_processes.Skewed(20_000, 6_000_000), () =>
        {
            if (replica.Phase == ReplicaPhase.Down && replica.Epoch == epoch)
            {
                replica.Start();
            }
        });
    }

    public string Summary() => string.Create(
        CultureInfo.InvariantCulture,
        $"steps {Steps}, core steps {CoreSteps}, updates {Checks.History.Count}, virtual time {Queue.Now / 1000} ms, replicas {string.Join(' ', _replicas.Select(replica => $"{replica.Label}:{replica.Phase}"))}");

    /// <summary>What everybody has and waits for, to say why there is no rest.</summary>
    public string Picture()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"; busy sessions {_sessions.Count(session => session.IsBusy)}, spent ids {string.Join(' ', SpentIds)}");
        foreach (var replica in _replicas)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {replica.Label} ({replica.Name}) {replica.Phase}");
            if (replica.Core is not { } core)
            {
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $" D {replica.Published.Delivered} members");
            foreach (var member in replica.Published.Members)
            {
                text.Append(CultureInfo.InvariantCulture, $" {member.Id}:{member.Status}{(member.IsRetired ? "-retired" : "")}");
            }

            var pending = core.Pending();
            text.Append(CultureInfo.InvariantCulture, $"; to be forgotten {core.CollectableCount}, stable {core.Stable}; pending {pending.Length}");
            foreach (var one in pending.Take(4))
            {
                text.Append(CultureInfo.InvariantCulture, $" {one.Update.Dot} {one.Reason} missing {Describe.Dots(one.Missing[..Math.Min(5, one.Missing.Length)])}");
            }

            foreach (var link in core.Links(replica.Clock.Now))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    -> {link.Peer}: {link.Fault.Mode} queued {link.Queued} unacknowledged {link.Unacknowledged} it has {link.Delivered} heard {link.LastHeardMs} ms ago{(link.IsPaused ? " paused" : "")}");
            }
        }

        return text.ToString();
    }

    public void Dispose() => Trace.Dispose();

    private static AdmitOperation Admission(SimulatedReplica replica, ReplicaId id, Incarnation incarnation) =>
        new(id, incarnation, replica.Name, $"http://{replica.Name}", $"peer://{replica.Name}");

    private ReplicaSettings Settings(ReplicaId id, Incarnation incarnation) => Options.Settings(id, incarnation);

    private void SetUp()
    {
        var founder = AddReplica();
        var incarnation = new Incarnation(new UInt128(_processes.NextUInt64(), _processes.NextUInt64()));
        var id = AllocateId(founder);
        founder.Found(Settings(id, incarnation), Admission(founder, id, incarnation));
        while (_replicas.Count < Options.Replicas)
        {
            BeginJoin(AddReplica());
        }

        RunUntil(() => _replicas.TrueForAll(replica => replica.IsActive), SetUpDeadline, "the first replicas did not all join");
    }

    private void TakeSnapshot(SimulatedReplica joiner, SimulatedReplica sponsor, Incarnation incarnation, Admitted admitted, Func<bool> isCurrent)
    {
        // Any active member that delivered the admission will do.
        var donors = _replicas.Where(replica => replica.IsActive && replica.Published.Delivered.Covers(admitted.Dot)).ToList();
        var donor = donors.Count == 0 || _processes.Chance(60) ? sponsor : _processes.Pick(donors);
        Network.Call(joiner, donor, answer =>
        {
            if (!donor.IsActive || !donor.Published.Delivered.Covers(admitted.Dot))
            {
                return;
            }

            var snapshot = Codecs.Snapshot(donor.Published);
            var knowledge = Checks.History.Of(donor).Copy();
            answer(() =>
            {
                if (isCurrent())
                {
                    joiner.PendingKnowledge = knowledge;
                    joiner.Install(Settings(admitted.Id, incarnation), donor, snapshot);
                }
            });
        });
    }

    private void Heal()
    {
        IsHealed = true;
        Trace.Write(Queue.Now, "all", "heal");
        _driver.Stop();
        Network.Heal();
        foreach (var replica in _replicas)
        {
            replica.Disk.IsFull = false;
            replica.Disk.Slowness = 1;
            replica.DiesAtNextAppend = false;
            if (replica.Phase == ReplicaPhase.Down)
            {
                replica.Start();
            }

            if (replica.IsRunning)
            {
                replica.Submit(tag => new HealLinksRequest(tag), _ => { });
            }
        }
    }

    private void AwaitRest() => RunUntil(IsAtRest, LivenessDeadline, "the healed cluster did not come to rest");

    private bool IsAtRest()
    {
        if (_replicas.Exists(replica => replica.Phase is ReplicaPhase.Joining or ReplicaPhase.Down || (replica.IsRunning && !replica.IsActive))
            || _sessions.Exists(session => session.IsBusy))
        {
            return false;
        }

        if (_replicas.Exists(dead => dead.Phase is ReplicaPhase.Dead or ReplicaPhase.Gone && Running.Any(replica => replica.Published.Members.Find(dead.Id) is { IsPresent: true })))
        {
            return false;
        }

        if (SpentIds.Any(id => Running.Any(replica => replica.Published.Members.Find(id) is { IsPresent: true })))
        {
            return false;
        }

        if (Running.Any(replica => !replica.Published.Members.HasGuests
            && replica.Published.Members.Any(member => member is { Status: MemberStatus.Departed, Final: > 0, IsRetired: false })))
        {
            return false; // the ids of the departed leave the clocks
        }

        var first = Running.First().Published.Delivered;
        return Running.All(replica => replica.Published.Delivered.Equals(first) && IsDrained(replica) && !replica.Disk.IsAppending && HasForgotten(replica));
    }

    /// <summary>A guest may leave a hole in its counters for ever: nobody else has to bring what it never sent.</summary>
    private static bool IsDrained(SimulatedReplica replica) =>
        replica.Core!.PendingCount == 0 || replica.Core.Pending().All(one => replica.Published.Members.Find(one.Update.Origin)?.Status == MemberStatus.Guest);

    /// <summary>Nothing that can be forgotten is kept; a guest's update that waits for ever keeps things.</summary>
    private static bool HasForgotten(SimulatedReplica replica) =>
        replica.Core!.CollectableCount == 0 || replica.Published.Members.HasGuests;

    /// <summary>Lets time pass until <paramref name="condition"/> holds, looked at every 20 ms of virtual time.</summary>
    private void RunUntil(Func<bool> condition, long deadline, string what)
    {
        var end = Queue.Now + deadline;
        var look = 0L;
        while (true)
        {
            if (Queue.Now >= look)
            {
                if (condition())
                {
                    return;
                }

                look = Queue.Now + 20_000;
            }

            if (Queue.Now > end || Queue.Taken > EventsMax || !Queue.RunNext())
            {
                throw new SimulationFailure("Liveness", $"{what} within {deadline / 1_000_000} s of virtual time{Picture()}");
            }
        }
    }
}
