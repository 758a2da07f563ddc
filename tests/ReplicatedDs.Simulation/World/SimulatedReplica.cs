using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Simulation.Checks;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// One slot with its process: what the production loop does around <see cref="ReplicaCore"/> - drain inputs, step, append once, then
/// publish, send and answer - on virtual hardware.
/// </summary>
internal sealed class SimulatedReplica
{
    private readonly SimulatedCluster _cluster;
    private readonly SeededRandom _random;
    private readonly Queue<ReplicaInput> _inbox = new();
    private readonly List<(VectorClock Clock, long Epoch, Action<bool> Continue)> _waiting = [];
    private readonly ChangedKeys _changedKeys = new();
    private bool _isAppending;
    private bool _isPumpScheduled;
    private long _wakeVersion;
    private bool _hasRun;
    private bool _isAskingToGo;
    private (VirtualDisk Disk, ReplicaKnowledge Knowledge, ReplicaState State)? _image;

    public SimulatedReplica(SimulatedCluster cluster, int slot, SeededRandom random)
    {
        _cluster = cluster;
        _random = random;
        Slot = slot;
        Name = string.Create(CultureInfo.InvariantCulture, $"replica-{slot}");
        Clock = new VirtualClock(cluster.Queue);
        Settings = new ReplicaSettings(default, default);
    }

    public int Slot { get; }

    public string Name { get; }

    public VirtualClock Clock { get; }

    public VirtualDisk Disk { get; private set; } = new();

    public ReplicaPhase Phase { get; private set; } = ReplicaPhase.Joining;

    public ReplicaId Id => Settings.Id;

    public Incarnation Incarnation => Settings.Incarnation;

    public ReplicaSettings Settings { get; private set; }

    /// <summary>The core while the process runs.</summary>
    public ReplicaCore? Core { get; private set; }

    /// <summary>The time that the core was told at its last step.</summary>
    public Instant SteppedAt { get; private set; }

    /// <summary>The root that readers see.</summary>
    public ReplicaState Published { get; private set; } = ReplicaState.Empty;

    /// <summary>The members that it knows, as of its last step.</summary>
    public MemberTable Members => Core?.State.Members ?? Published.Members;

    /// <summary>Counts processes of this slot: what belongs to an earlier one is void.</summary>
    public long Epoch { get; private set; }

    public bool IsRunning => Phase == ReplicaPhase.Running;

    /// <summary>It runs on an older image of its disk, and has not learnt that yet.</summary>
    public bool IsOlderCopy { get; private set; }

    /// <summary>Whether it may write, as far as it knows itself.</summary>
    public bool IsActive => IsRunning && Published.Members.IsServing(Id);

    /// <summary>What the checkers know of the snapshot that this joiner was given and has not installed yet.</summary>
    public ReplicaKnowledge? PendingKnowledge { get; set; }

    /// <summary>Counts the attempts to join: what belongs to an earlier one is void.</summary>
    public long JoinAttempt { get; set; }

    /// <summary>The process dies at some moment of its next append.</summary>
    public bool DiesAtNextAppend { get; set; }

    public string Label => Id.Value == 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"r{Id.Value}");

    /// <summary>Begins a process on a disk that has an identity.</summary>
    public void Found(ReplicaSettings settings, AdmitOperation founder)
    {
        Settings = settings;
        Disk.BeginAppend([ReplicaCore.Found(founder, Clock.Now)]);
        _cluster.Checks.Installed(this, null, ReplicaState.Empty);
        EndAppend([]);
        Disk.Sync();
        Start();
    }

    /// <summary>Begins the first process of a joiner, on the snapshot that <paramref name="donor"/> gave.</summary>
    public void Install(ReplicaSettings settings, SimulatedReplica donor, ReplicaState snapshot)
    {
        Settings = settings;
        Disk.Initialize(snapshot);
        _cluster.Checks.Installed(this, donor, snapshot);
        Start();
    }

    /// <summary>Begins a process from the disk.</summary>
    public void Start()
    {
        Epoch++;
        Clock.StartProcess(_random.Between(0, 5_000_000));
        Disk.Sync(); // as the boot number is, and with it all that the process before had not synced
        var state = ReplicaCore.Replay(Disk.Checkpoint, Disk.Log(all: _random.Chance(30)));
        _cluster.Checks.Recovered(this, state);

        // A process that was there before asks whether its disk is up to date, as the production node does.
        // With one witness only, one that does not know better would be enough, as with the production node: then the digests raise the alarm.
        var trust = IsOlderCopy ? DiskTrust.AllMembers : _hasRun ? DiskTrust.OneWitness : DiskTrust.Full;
        Settings = Settings with { Seed = _random.NextUInt64(), DiskTrust = trust };
        _hasRun = true;
        Core = new ReplicaCore(Settings, state, Clock.Now);
        Published = state;
        _changedKeys.Restart(state.Delivered, Disk.Log(all: false).SelectMany(update => update.Keys));
        Phase = ReplicaPhase.Running;
        Trace($"start at {state.Delivered}");
        Wake(1);
    }

    /// <summary>Kills the process: everything volatile is gone.</summary>
    /// <param name="loseUnsynced">The append under way and everything that was not synced is lost; otherwise it is found on the disk afterwards.</param>
    public void Crash(bool loseUnsynced)
    {
        Trace(loseUnsynced && Disk.IsAppending ? "crash, append lost" : "crash");
        if (!loseUnsynced)
        {
            EndAppend([]);
        }
        else
        {
            Disk.LoseAppend();
            if (Disk.LoseUnsynced() is { IsEmpty: false } lost)
            {
                Trace($"lost {Describe.Dots([.. lost.Select(update => update.Dot)])}");
                _cluster.Checks.Lost(this, lost);
            }
        }

        StopProcess(ReplicaPhase.Down);
    }

    /// <summary>Somebody makes an image of the disk while the process runs.</summary>
    public void CopyDisk()
    {
        if (IsActive && !Disk.IsAppending && !IsOlderCopy)
        {
            _image = (Disk.Copy(), _cluster.Checks.History.Of(this).Copy(), Published);
        }
    }

    /// <summary>
    /// Puts the image in the place of the disk, if it is older and others know that: what this replica has, another one that it knew then has too, so that nothing
    /// is lost but the id; and the others go on knowing each other without this one. Some who knew the rest only through it would hear of the rest from nobody.
    /// </summary>
    public bool RestoreImage()
    {
        if (_image is not var (disk, knowledge, state) || !IsActive || IsOlderCopy || state.Delivered[Id] == Published.Delivered[Id]
            || !OthersKnowEachOther()
            || !_cluster.Replicas.Any(other => other != this && other.IsActive && !other.IsOlderCopy && state.Members.IsServing(other.Id)
                && _cluster.Checks.History.Of(other).Delivered.IsAtLeast(_cluster.Checks.History.Of(this).Delivered)))
        {
            return false;
        }

        Trace($"disk image of {state.Delivered}");
        (IsOlderCopy, _image) = (true, null);
        _cluster.Checks.WentBack(this, knowledge);
        Disk = disk;
        return true;
    }

    private bool OthersKnowEachOther()
    {
        var others = _cluster.Replicas.Where(other => other != this && other.Phase is ReplicaPhase.Running or ReplicaPhase.Down && !other.IsOlderCopy).ToHashSet();
        var reached = new Queue<SimulatedReplica>(others.Take(1));
        others.ExceptWith(reached);
        while (reached.TryDequeue(out var one))
        {
            foreach (var next in others.Where(other => one.Published.Members.IsServing(other.Id) && other.Published.Members.IsServing(one.Id)).ToList())
            {
                others.Remove(next);
                reached.Enqueue(next);
            }
        }

        return others.Count == 0;
    }

    /// <summary>The machine is gone, disk and all.</summary>
    public void Destroy()
    {
        Trace("destroyed");
        StopProcess(ReplicaPhase.Dead);
    }

    /// <summary>The slot's data is void: it begins again as a joiner.</summary>
    public void Wipe()
    {
        Trace("wipe");
        StopProcess(ReplicaPhase.Joining);
        Disk = new VirtualDisk();
        (_hasRun, IsOlderCopy, _image) = (false, false, null);
        Settings = new ReplicaSettings(default, default);
        Published = ReplicaState.Empty;
        _cluster.BeginJoin(this);
    }

    /// <summary>Something arrives at the process that was number <paramref name="epoch"/>; void if it is another one by now.</summary>
    public void Enqueue(long epoch, ReplicaInput input)
    {
        if (epoch != Epoch || !IsRunning)
        {
            return;
        }

        _inbox.Enqueue(input);
        SchedulePump();
    }

    /// <summary>A client or another process asks something of this one; no answer if it dies first.</summary>
    public void Submit(Func<PendingCall, Request> request, Action<RequestResult?> answered)
    {
        var epoch = Epoch;
        var call = new PendingCall(result =>
        {
            if (epoch == Epoch)
            {
                answered(result);
            }
        });
        call.Request = request(call);
        Enqueue(epoch, call.Request);
    }

    /// <summary>Goes on once the published root covers <paramref name="clock"/>, with true; after the deadline with false; not at all if the process dies.</summary>
    public void WhenCovered(VectorClock clock, long deadline, Action<bool> then)
    {
        if (!IsRunning)
        {
            return;
        }

        if (Published.Delivered.Covers(clock))
        {
            then(true);
            return;
        }

        var entry = (clock, Epoch, then);
        _waiting.Add(entry);
        _cluster.Queue.Schedule(deadline, () =>
        {
            if (_waiting.Remove(entry) && entry.Epoch == Epoch)
            {
                then(false);
            }
        });
    }

    /// <summary>Writes a checkpoint of what is published. The production store does it in the background, so an append may be under way.</summary>
    public void MakeCheckpoint()
    {
        if (IsRunning && TryCheckpoint())
        {
            Trace("checkpoint");
            if (_random.Chance(50))
            {
                Disk.Cut(Core!.Stable);
                Trace("cut the log where it is stable");
            }
        }
    }

    /// <summary>The log outgrows its bound: what not everybody has is forgotten with the rest, unless this replica has left.</summary>
    public void ForgetLog()
    {
        if (IsRunning && Published.Members.Find(Id) is { IsPresent: true } && TryCheckpoint())
        {
            Disk.Cut(stable: null);
            Trace("cut the log");
            _cluster.Faults.Add(FaultKind.LogCut);
        }
    }

    public void Trace(string what) => _cluster.Trace.Write(_cluster.Queue.Now, Label, what);

    private bool TryCheckpoint()
    {
        var changed = _changedKeys.Take(Published.Delivered);
        if (Disk.IsFull)
        {
            _changedKeys.PutBack(changed);
            return false;
        }

        Disk.MakeCheckpoint(Published, changed);
        CheckerSet.Checkpointed(this);
        return true;
    }

    /// <summary>What the production session does while it leaves.</summary>
    private void AskToGo(long epoch) => _cluster.Queue.Schedule(3_000_000, () =>
    {
        if (epoch != Epoch)
        {
            return;
        }

        var others = _cluster.Running.Where(other => other != this).ToList();
        if (others.Count > 0)
        {
            var asked = _random.Pick(others);
            _cluster.Network.Call(this, asked, answer =>
            {
                if (asked.Core?.HasEverybody(Id) == true)
                {
                    answer(() => Enqueue(epoch, new LeaveConfirmed()));
                }
            });
        }

        AskToGo(epoch);
    });

    private void StopProcess(ReplicaPhase phase)
    {
        Epoch++;
        _isAskingToGo = false;
        Core = null;
        Phase = phase;
        _inbox.Clear();
        _waiting.Clear();
        _isAppending = false;
        _isPumpScheduled = false;
        _wakeVersion++;
        DiesAtNextAppend = false;
    }

    private void SchedulePump()
    {
        if (_isPumpScheduled || _isAppending)
        {
            return;
        }

        _isPumpScheduled = true;
        var epoch = Epoch;
        _cluster.Queue.Schedule(_random.Between(1, 60), () =>
        {
            if (epoch == Epoch)
            {
                _isPumpScheduled = false;
                Pump();
            }
        });
    }

    private void Wake(long delay)
    {
        var version = ++_wakeVersion;
        _cluster.Queue.Schedule(Math.Max(1, delay), () =>
        {
            if (version == _wakeVersion)
            {
                SchedulePump();
            }
        });
    }

    private void Pump()
    {
        if (Core is null || _isAppending)
        {
            return;
        }

        var inputs = new List<ReplicaInput>();
        var most = _random.Chance(20) ? 1 : 256;
        while (inputs.Count < most && _inbox.TryPeek(out var input) && (inputs.Count == 0 || input is not SnapshotArrived))
        {
            inputs.Add(_inbox.Dequeue());
            most = input is SnapshotArrived ? 1 : most;
        }

        _cluster.CountStep();
        SteppedAt = Clock.Now;
        Core.ChangesSince = _changedKeys.Since;
        var output = Core.Step([.. inputs], SteppedAt);
        if (_cluster.Trace.IsOn)
        {
            TraceStep(inputs, output);
        }

        if (output.Append.IsEmpty && !output.IsInstall && !(output.IsPromise && Disk.HasUnsynced))
        {
            Release(inputs, output);
            return;
        }

        Append(inputs, output);
    }

    private void Append(List<ReplicaInput> inputs, ReplicaOutput output)
    {
        _isAppending = true;
        var epoch = Epoch;
        var latency = _random.Skewed(50, 2_000) * Disk.Slowness;
        if (Disk.IsFull && !(CanWait(output) && _random.Chance(50)))
        {
            _cluster.Queue.Schedule(latency, () =>
            {
                if (epoch == Epoch)
                {
                    _isAppending = false;
                    RollBack(inputs);
                }
            });
            return;
        }

        if (!output.IsInstall)
        {
            Disk.BeginAppend(output.Append);
        }

        if (DiesAtNextAppend)
        {
            _cluster.Queue.Schedule(latency, () =>
            {
                if (epoch == Epoch)
                {
                    _cluster.Faults.Add(FaultKind.LostAppend);
                    _cluster.CrashAndRestart(this, loseUnsynced: true);
                }
            });
            return;
        }

        _cluster.Queue.Schedule(latency, () =>
        {
            if (epoch == Epoch)
            {
                _isAppending = false;
                Release(inputs, output);
            }
        });
    }

    /// <summary>What is no promise may wait in memory, where the end of the process takes it as a crash of the machine takes what was not synced.</summary>
    private static bool CanWait(ReplicaOutput output) => !output.IsPromise && !output.IsInstall;

    /// <summary>Nothing of the step happened. What needs no append happens in another one, as in the production loop, but for requests.</summary>
    private void RollBack(List<ReplicaInput> inputs)
    {
        _cluster.Faults.Add(FaultKind.DiskFull);
        Trace("append failed, rolled back");
        Core!.Rollback();
        _cluster.Checks.RolledBack(this);
        foreach (var input in inputs)
        {
            if (input is Request { Tag: PendingCall call })
            {
                call.Answer(null);
            }
        }

        List<ReplicaInput> rest = [.. inputs.Where(input => input is not (Request or SnapshotArrived or MessageArrived { Message: UpdateBatch }))];
        Core.MayPromise = !Disk.HasUnsynced;
        var output = Core.Step([.. rest], SteppedAt);
        if (!output.Append.IsEmpty)
        {
            Core.Rollback();
            _cluster.Checks.RolledBack(this);
            Core.MayPromise = false;
            output = Core.Step([.. rest], SteppedAt);
        }

        Core.MayPromise = true;
        if (output.Append.IsEmpty)
        {
            Release(rest, output);
            return;
        }

        Core.Rollback();
        _cluster.Checks.RolledBack(this);

        // What the core wanted to do at some time is still to be done.
        Wake(1_000);
        Continue();
    }

    private void Release(List<ReplicaInput> inputs, ReplicaOutput output)
    {
        var epoch = Epoch;
        if (!output.Append.IsEmpty)
        {
            EndAppend(output.Replies);
        }

        if (output.IsPromise)
        {
            Disk.Sync();
        }

        if (output.IsInstall)
        {
            Disk.Install(output.State);
            _changedKeys.Restart(output.State.Delivered);
            _cluster.Checks.Joined(this, output.State);
            _cluster.Faults.Add(FaultKind.LogCut);
        }

        Published = output.State;
        _changedKeys.Add(output.Append, output.Changes, output.Collected);
        _cluster.Checks.Published(this, inputs, output);
        foreach (var (to, message) in output.Messages)
        {
            _cluster.Checks.Sent(this, message);
            Send(to, message);
        }

        foreach (var (tag, result) in output.Replies)
        {
            if (tag is PendingCall call)
            {
                _cluster.Checks.Replied(this, call.Request!, result);
                call.Answer(result);
            }
        }

        if (epoch != Epoch)
        {
            return;
        }

        if (output.MayExit)
        {
            Trace("exit");
            _cluster.Checks.Exited(this);
            StopProcess(ReplicaPhase.Gone);
            return;
        }

        if (output.IsEvicted)
        {
            Destroy(); // a newcomer that was declared dead with its sponsor: given up by the rules, with what it alone has
            return;
        }

        if (output.MustRejoin || output.IsOlderCopy)
        {
            Trace("must rejoin");
            if (output.IsOlderCopy)
            {
                _cluster.SpentIds.Add(Id);
            }

            Wipe();
            return;
        }

        if (Members.Find(Id) is { Status: MemberStatus.Departed, Final: > 0 } && !_isAskingToGo)
        {
            _isAskingToGo = true;
            AskToGo(epoch);
        }

        Wake(output.NextStepAt - Clock.Monotonic);
        ContinueWaiting();
        Continue();
    }

    private void Continue()
    {
        if (IsRunning && _inbox.Count > 0)
        {
            SchedulePump();
        }
    }

    private void ContinueWaiting()
    {
        for (var i = 0; i < _waiting.Count;)
        {
            var (clock, epoch, then) = _waiting[i];
            if (!Published.Delivered.Covers(clock))
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            if (epoch == Epoch)
            {
                then(true);
            }
        }
    }

    private void EndAppend(ImmutableArray<(object? Tag, RequestResult Result)> replies)
    {
        foreach (var update in Disk.EndAppend())
        {
            var request = replies.IsDefaultOrEmpty ? null : replies
                .Where(reply => reply.Result is Written written && written.Dot == update.Dot)
                .Select(reply => ((PendingCall)reply.Tag!).Request as WriteRequest)
                .FirstOrDefault();
            _cluster.Checks.Delivered(this, update, request);
        }
    }

    /// <summary>What the production transport does: a range is read from the log when it is sent, and cut into batches.</summary>
    private void Send(ReplicaId to, PeerMessage message)
    {
        if (message is SnapshotRequest)
        {
            _cluster.FetchSnapshot(this, to);
            return;
        }

        if (message is not UpdateRange range)
        {
            _cluster.Network.Send(this, to, message);
            return;
        }

        var epoch = Epoch;
        _cluster.Queue.Schedule(_random.Between(1, 300), () =>
        {
            if (epoch != Epoch)
            {
                return;
            }

            var updates = Disk.Read(range.Origin, range.First, range.Last);
            if (updates.IsEmpty && Disk.FloorOf(range.Origin) is var floor && floor >= range.First)
            {
                _cluster.Network.Send(this, to, new RangeCut(range.Origin, floor));
            }

            for (var at = 0; at < updates.Length;)
            {
                var count = (int)Math.Min(updates.Length - at, _random.Skewed(1, 64));
                _cluster.Network.Send(this, to, new UpdateBatch(range.Origin, range.OriginIncarnation, updates.Slice(at, count), range.IsRepair));
                at += count;
            }
        });
    }

    private void TraceStep(List<ReplicaInput> inputs, ReplicaOutput output)
    {
        foreach (var input in inputs)
        {
            Trace($"< {Describe.Input(input)}");
        }

        foreach (var one in output.Events)
        {
            Trace($"  {Describe.Event(one)}");
        }

        foreach (var (to, message) in output.Messages)
        {
            Trace($"> {to} {Describe.Message(message)}");
        }

        foreach (var (_, result) in output.Replies)
        {
            Trace($"= {Describe.Result(result)}");
        }

        Trace($"D {output.State.Delivered} next {output.NextStepAt - Clock.Monotonic}");
    }
}
