using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// Carries messages between processes and loses, doubles, delays and reorders them. A process is addressed by its id: one that wiped
/// its disk and joined anew is somebody else.
/// </summary>
internal sealed class VirtualNetwork(SimulatedCluster cluster, SeededRandom random)
{
    private readonly SortedSet<(int From, int To)> _blocked = [];

    public int LossPercent { get; set; }

    public int DuplicatePercent { get; set; }

    public int DelayPercent { get; set; }

    public int SendFailedPercent { get; set; }

    /// <summary>The greatest extra delay of a late message, in microseconds.</summary>
    public long DelayMax { get; set; } = 500_000;

    public bool IsBlocked(SimulatedReplica from, SimulatedReplica to) => _blocked.Contains((from.Slot, to.Slot));

    public void Block(SimulatedReplica from, SimulatedReplica to) => _blocked.Add((from.Slot, to.Slot));

    public void Unblock(SimulatedReplica from, SimulatedReplica to) => _blocked.Remove((from.Slot, to.Slot));

    /// <summary>No losses, doubles or late messages and no partition from now on.</summary>
    public void Heal()
    {
        _blocked.Clear();
        LossPercent = DuplicatePercent = DelayPercent = SendFailedPercent = 0;
    }

    public void Send(SimulatedReplica from, ReplicaId to, PeerMessage message)
    {
        var sender = from.Id;
        var incarnation = from.Incarnation;
        var epoch = from.Epoch;
        var target = cluster.Find(to);
        var blocked = target is null || IsBlocked(from, target);
        var lost = blocked || random.Chance(LossPercent);
        if (lost && !blocked)
        {
            cluster.Faults.Add(FaultKind.Loss);
        }

        // Sometimes the sender learns of a failure; sometimes it is told of one that was none (the answer was lost).
        if ((lost && random.Chance(50)) || random.Chance(SendFailedPercent))
        {
            cluster.Faults.Add(FaultKind.SendFailed);
            cluster.Queue.Schedule(random.Skewed(100, 1_000_000), () => from.Enqueue(epoch, new SendFailed(to)));
        }

        if (lost)
        {
            return;
        }

        var copies = random.Chance(DuplicatePercent) ? (int)random.Between(2, 3) : 1;
        cluster.Faults.Add(FaultKind.Duplication, copies - 1);
        var carried = Codecs.RoundTrip(message, sender, incarnation, to);
        for (var i = 0; i < copies; i++)
        {
            var delay = random.Skewed(40, 2_000);
            if (random.Chance(DelayPercent))
            {
                cluster.Faults.Add(FaultKind.Delay);
                delay += random.Skewed(1_000, DelayMax);
            }

            cluster.Queue.Schedule(delay, () =>
            {
                if (cluster.Find(to) is not { } receiver || IsBlocked(from, receiver))
                {
                    return;
                }

                if (receiver.Published.Members.Find(sender) is { IsFenced: true })
                {
                    from.Enqueue(epoch, new EvictionLearnt(to)); // the transport's 410
                }
                else
                {
                    receiver.Enqueue(receiver.Epoch, new MessageArrived(sender, incarnation, carried));
                }
            });
        }
    }

    /// <summary>
    /// A call with an answer (join, snapshot). Either half may fail; then nothing happens, and the caller has to give up by itself.
    /// </summary>
    public void Call(SimulatedReplica from, SimulatedReplica to, Action<Action<Action>> arrive)
    {
        if (Fails(from, to))
        {
            return;
        }

        cluster.Queue.Schedule(random.Skewed(50, 5_000), () =>
        {
            if (IsBlocked(from, to))
            {
                return;
            }

            arrive(answer =>
            {
                if (!Fails(to, from))
                {
                    cluster.Queue.Schedule(random.Skewed(50, 5_000), answer);
                }
            });
        });
    }

    private bool Fails(SimulatedReplica from, SimulatedReplica to) => IsBlocked(from, to) || random.Chance(LossPercent);
}
