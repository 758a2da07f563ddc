using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Simulation.World;

/// <summary>Injects the faults of a run at random moments until the cluster is healed.</summary>
internal sealed class FaultDriver(SimulatedCluster cluster, SeededRandom random)
{
    private const int ReplicasMax = 9;

    private readonly List<FaultKind> _kinds = [.. cluster.Options.Faults.Where(kind =>
        kind is not (FaultKind.Loss or FaultKind.Duplication or FaultKind.Delay or FaultKind.SendFailed or FaultKind.ClockSkew or FaultKind.SmallBuffer))];

    private readonly List<GuestSender> _guests = [];
    private int _joins;
    private int _leaves;
    private int _evictions;
    private int _images;
    private bool _isAllocatorWiped;
    private readonly SortedSet<ReplicaId> _declared = [];
    private bool _isStopped;

    public void Start()
    {
        var options = cluster.Options;
        cluster.Network.LossPercent = options.Has(FaultKind.Loss) ? (int)random.Between(1, 15) : 0;
        cluster.Network.DuplicatePercent = options.Has(FaultKind.Duplication) ? (int)random.Between(1, 20) : 0;
        cluster.Network.DelayPercent = options.Has(FaultKind.Delay) ? (int)random.Between(1, 30) : 0;
        cluster.Network.SendFailedPercent = options.Has(FaultKind.SendFailed) ? (int)random.Between(1, 5) : 0;
        cluster.Network.DelayMax = random.Skewed(10_000, 3_000_000);
        if (options.Has(FaultKind.SmallBuffer))
        {
            cluster.Faults.Add(FaultKind.SmallBuffer);
        }

        Later();
    }

    public void Stop()
    {
        _isStopped = true;
        if (_evictions > 0)
        {
            cluster.Queue.Schedule(10_000_000, DeclareLostLeaversDead);
        }

        if (_images > 0)
        {
            DeclareSpentIdsDead();
        }
    }

    /// <summary>A leave that only the dead had heard of: for the others that replica is silent for ever, and an operator has to say so.</summary>
    private void DeclareLostLeaversDead()
    {
        foreach (var gone in cluster.Replicas.Where(replica => replica.Phase == ReplicaPhase.Gone))
        {
            if (cluster.Running.All(replica => replica.Published.Members.Find(gone.Id) is { IsPresent: true }))
            {
                DeclareDead(gone.Id, attempt: 0);
            }
        }
    }

    /// <summary>A replica that joined anew leaves its old id behind, for an operator to evict.</summary>
    private void DeclareSpentIdsDead() => cluster.Queue.Schedule(5_000_000, () =>
    {
        foreach (var id in cluster.SpentIds.Where(_declared.Add))
        {
            DeclareDead(id, attempt: 0);
        }

        DeclareSpentIdsDead();
    });

    private void Later()
    {
        cluster.Queue.Schedule(random.Skewed(10_000, 800_000), () =>
        {
            if (_isStopped)
            {
                return;
            }

            Inject();
            Later();
        });
    }

    private void Inject()
    {
        if (random.Chance(25))
        {
            PickRunning()?.MakeCheckpoint();
        }

        if (cluster.Options.Has(FaultKind.OlderDisk) && random.Chance(25))
        {
            PickRunning()?.CopyDisk();
        }

        if (_kinds.Count > 0)
        {
            Inject(random.Pick(_kinds));
        }
    }

    private void Inject(FaultKind kind)
    {
        var replica = PickRunning();
        if (replica is null)
        {
            return;
        }

        switch (kind)
        {
            case FaultKind.Partition:
                Partition();
                break;
            case FaultKind.OneWay:
                Cut([(replica, random.Pick(cluster.Replicas))], FaultKind.OneWay);
                break;
            case FaultKind.Crash:
                cluster.Faults.Add(kind);
                cluster.CrashAndRestart(replica, loseUnsynced: cluster.Options.Has(FaultKind.LostAppend) && random.Chance(50));
                break;
            case FaultKind.LostAppend:
                replica.DiesAtNextAppend = true;
                break;
            case FaultKind.DiskFull:
                During(random.Skewed(50_000, 3_000_000), replica, disk => disk.IsFull = true, disk => disk.IsFull = false);
                break;
            case FaultKind.SlowDisk:
                cluster.Faults.Add(kind);
                During(random.Skewed(50_000, 3_000_000), replica, disk => disk.Slowness = 200, disk => disk.Slowness = 1);
                break;
            case FaultKind.ClockJump:
                cluster.Faults.Add(kind);
                replica.Clock.Offset = random.Chance(50) ? 0 : random.Between(0, 1) == 0 ? random.Skewed(1_000, 20_000_000) : -random.Skewed(1_000, 20_000_000);
                replica.Trace($"clock is off by {replica.Clock.Offset / 1000} ms");
                break;
            case FaultKind.Join:
                Join();
                break;
            case FaultKind.Leave:
                Leave(replica);
                break;
            case FaultKind.Hold:
                Hold(replica);
                break;
            case FaultKind.Drop:
                SetLink(replica, new LinkFault(LinkMode.Drop, DropPercent: random.Chance(50) ? 100 : (int)random.Between(1, 99), ExpiresInMs: random.Skewed(100, 6_000)), kind);
                break;
            case FaultKind.LinkDelay:
                SetLink(replica, new LinkFault(LinkMode.Delay, (int)random.Skewed(1, 3_000), (int)random.Skewed(1, 1_000), ExpiresInMs: random.Skewed(100, 6_000)), kind);
                break;
            case FaultKind.Evict:
                Evict(replica);
                break;
            case FaultKind.LogCut:
                replica.ForgetLog();
                break;
            case FaultKind.OlderDisk:
                RestoreImage(replica);
                break;
            case FaultKind.AllocatorWiped:
                WipeAllocator();
                break;
            case FaultKind.Guest:
                Guest(replica);
                break;
            default:
                break;
        }
    }

    /// <summary>Once: the margin of R2 is for one wipe in a partition.</summary>
    private void WipeAllocator()
    {
        if (!_isAllocatorWiped)
        {
            _isAllocatorWiped = true;
            cluster.Faults.Add(FaultKind.AllocatorWiped);
            cluster.WipeAllocator();
        }
    }

    private void RestoreImage(SimulatedReplica replica)
    {
        // The dead may alone have what the image lacks, and a leaver's id is spent anyway; this one's will be, and is then nobody to hear from.
        if (_images < 2 && !cluster.Options.Has(FaultKind.Evict) && cluster.Running.Count(other => other.IsActive) > 3 && HearOfEachOther(Alive(replica)) && replica.RestoreImage())
        {
            _images++;
            cluster.Faults.Add(FaultKind.OlderDisk);
            cluster.CrashAndRestart(replica, loseUnsynced: true);
        }
    }

    private SimulatedReplica? PickRunning()
    {
        var running = cluster.Running.ToList();
        return running.Count == 0 ? null : random.Pick(running);
    }

    private void Partition()
    {
        var links = new List<(SimulatedReplica, SimulatedReplica)>();
        var side = random.NextUInt64();
        foreach (var from in cluster.Replicas)
        {
            foreach (var to in cluster.Replicas)
            {
                if (((side >> from.Slot) & 1) != ((side >> to.Slot) & 1))
                {
                    links.Add((from, to));
                }
            }
        }

        Cut(links, FaultKind.Partition);
    }

    private void Cut(List<(SimulatedReplica From, SimulatedReplica To)> links, FaultKind kind)
    {
        cluster.Faults.Add(kind);
        if (cluster.Trace.IsOn)
        {
            cluster.Trace.Write(cluster.Queue.Now, "net", $"{kind}: {string.Join(' ', links.Select(link => $"{link.From.Slot}-{link.To.Slot}"))}");
        }

        links.ForEach(link => cluster.Network.Block(link.From, link.To));
        cluster.Queue.Schedule(random.Skewed(100_000, 8_000_000), () => links.ForEach(link => cluster.Network.Unblock(link.From, link.To)));
    }

    private void During(long time, SimulatedReplica replica, Action<VirtualDisk> begin, Action<VirtualDisk> end)
    {
        var disk = replica.Disk;
        begin(disk);
        cluster.Queue.Schedule(time, () => end(disk));
    }

    private void Join()
    {
        if (_joins < 4 && cluster.Replicas.Count < ReplicasMax)
        {
            _joins++;
            cluster.Faults.Add(FaultKind.Join);
            cluster.BeginJoin(cluster.AddReplica());
        }
    }

    private void Leave(SimulatedReplica replica)
    {
        if (_leaves < 3 && cluster.Running.Count(other => other.IsActive) > 2 && random.Chance(40))
        {
            LeaveNow(replica);

            // Two at once: neither may count on the other.
            var others = cluster.Running.Where(other => other.IsActive && other != replica).ToList();
            if (others.Count > 2 && random.Chance(40))
            {
                var other = random.Pick(others);
                cluster.Queue.Schedule(random.Skewed(1, 500_000), () => LeaveNow(other));
            }
        }
    }

    private void LeaveNow(SimulatedReplica replica)
    {
        // Somebody has to stay: the core only sees that for the moment of the request.
        if (!_isStopped && cluster.Running.Count(other => other.IsActive) > 2)
        {
            _leaves++;
            cluster.Faults.Add(FaultKind.Leave);
            replica.Submit(tag => new LeaveRequest(tag), _ => { });
        }
    }

    private void Evict(SimulatedReplica victim)
    {
        // With joins under way the dead may take a newcomer with it, which is given up by the rules: no failure that could be told apart here.
        if (_evictions < 2 && !cluster.Options.Has(FaultKind.Join) && victim.IsActive && cluster.Running.Count(other => other.IsActive) > 3 && HearOfEachOther(Alive(victim)))
        {
            _evictions++;
            cluster.Faults.Add(FaultKind.Evict);
            victim.Destroy();
            DeclareDead(victim.Id, attempt: 0);
        }
    }

    private List<SimulatedReplica> Alive(SimulatedReplica except) =>
    [
        .. cluster.Replicas.Where(replica => replica != except
            && replica.Phase is ReplicaPhase.Running or ReplicaPhase.Down
            && replica.Published.Members.Find(replica.Id) is { IsPresent: true }),
    ];

    /// <summary>
    /// Whether what one of them knows can come to all others. It takes updates from members that it knows only: who knows nobody but the dead cannot be helped by
    /// the rules.
    /// </summary>
    private static bool HearOfEachOther(List<SimulatedReplica> replicas)
    {
        var reached = replicas.Take(1).ToHashSet();
        while (replicas.Find(replica => !reached.Contains(replica) && reached.Any(other => Know(replica, other))) is { } next)
        {
            reached.Add(next);
        }

        return reached.Count == replicas.Count;

        static bool Know(SimulatedReplica one, SimulatedReplica other) => one.Published.Members.IsServing(other.Id) && other.Published.Members.IsServing(one.Id);
    }

    /// <summary>One operator, who repeats himself until somebody confirms that it is done, and in the end insists.</summary>
    private void DeclareDead(ReplicaId dead, int attempt) => cluster.Queue.Schedule(random.Skewed(100_000, 3_000_000), () =>
    {
        var active = cluster.Running.Where(replica => replica.IsActive).ToList();
        if (active.Count > 0)
        {
            var asked = random.Pick(active);
            if (asked.Published.Members.Find(dead) is { IsPresent: false })
            {
                return;
            }

            // By force only where everybody is known who is there: the others would be taken for gone.
            var knowsAll = Alive(asked).TrueForAll(replica => asked.Published.Members.IsServing(replica.Id));
            asked.Submit(tag => new EvictRequest(tag, dead, IsForced: attempt > 3 && knowsAll), _ => { });
        }

        DeclareDead(dead, attempt + 1);
    });

    private void Hold(SimulatedReplica replica)
    {
        if (random.Chance(40))
        {
            var peers = Peers(replica);
            if (peers.Count > 0)
            {
                var peer = random.Pick(peers);
                replica.Submit(tag => random.Chance(70) ? new ReleaseLinkRequest(tag, peer, (int)random.Between(1, 3)) : new HealLinksRequest(tag), _ => { });
            }

            return;
        }

        SetLink(replica, new LinkFault(LinkMode.Hold, ExpiresInMs: random.Skewed(100, 8_000)), FaultKind.Hold);
    }

    private void SetLink(SimulatedReplica replica, LinkFault fault, FaultKind kind)
    {
        var peers = Peers(replica);
        if (peers.Count > 0)
        {
            cluster.Faults.Add(kind);
            replica.Submit(tag => new SetLinkRequest(tag, random.Pick(peers), fault), _ => { });
        }
    }

    private static List<ReplicaId> Peers(SimulatedReplica replica) => [.. replica.Core!.Links(replica.Clock.Now).Select(link => link.Peer)];

    private void Guest(SimulatedReplica replica)
    {
        if (_guests.Count < 2 && random.Chance(30) && replica.IsActive)
        {
            var guest = new GuestSender(cluster, random, cluster.AllocateId(replica));
            _guests.Add(guest);
            replica.Submit(tag => new GuestRequest(tag, guest.Id), result => guest.IsAdmitted |= result is Admitted);
        }
        else if (_guests.Count > 0)
        {
            random.Pick(_guests).Deliver(replica);
        }
    }
}
