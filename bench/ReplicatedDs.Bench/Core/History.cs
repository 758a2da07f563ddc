using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Bench.Core;

/// <summary>
/// Updates of fifteen replicas for the sixteenth. Everybody writes in turn and has seen what the others wrote the round before: nearly every entry of
/// every clock moves with every update.
/// </summary>
internal sealed class History
{
    public const int Replicas = 16;

    /// <summary>The delivering one.</summary>
    private const int Self = Replicas;

    private static readonly Incarnation Process = new(1);
    private static readonly Instant Start = new(1_700_000_000_000_000, 0);
    private readonly ReplicaState _founded;

    /// <param name="count">How many updates.</param>
    /// <param name="burst">How many of them each replica writes in a row, without hearing of others.</param>
    public History(int count, int burst)
    {
        var founding = ReplicaCore.Found(Admit(1), Start);
        var admissions = new Update(
            new Dot(1, 2), founding.Clock, founding.Timestamp.Next(0), [.. Enumerable.Range(2, Replicas - 1).SelectMany(id => (Operation[])[Admit(id), new ActivateOperation(new ReplicaId(id))])]);
        _founded = ReplicaCore.Replay(ReplicaState.Empty, [founding, admissions]);
        Updates = Write(count, burst);
    }

    /// <summary>In causal order.</summary>
    public Update[] Updates { get; }

    /// <summary>A replica that has none of them.</summary>
    public ReplicaCore Core() => new(
        new ReplicaSettings(new ReplicaId(Self), Process) { BufferMax = int.MaxValue, BufferBytesMax = long.MaxValue, DiskTrust = DiskTrust.Full }, _founded, Start);

    /// <summary>What the replica has delivered at the start.</summary>
    public VectorClock Delivered => _founded.Delivered;

    /// <summary>The updates in an order as messages, those of one replica that follow each other together, in steps of about <paramref name="perStep"/>.</summary>
    public static List<ReplicaInput[]> Arrivals(IReadOnlyList<Update> order, int perStep)
    {
        var steps = new List<ReplicaInput[]>();
        var step = new List<ReplicaInput>();
        for (int from = 0, inStep = 0; from < order.Count;)
        {
            var to = from + 1;
            while (to < order.Count && order[to].Origin == order[from].Origin && order[to].Dot.Counter == order[to - 1].Dot.Counter + 1)
            {
                to++;
            }

            step.Add(new MessageArrived(order[from].Origin, Process, new UpdateBatch(order[from].Origin, Process, [.. Enumerable.Range(from, to - from).Select(at => order[at])], IsRepair: false)));
            inStep += to - from;
            from = to;
            if (inStep >= perStep || from == order.Count)
            {
                steps.Add([.. step]);
                step.Clear();
                inStep = 0;
            }
        }

        return steps;
    }

    private Update[] Write(int count, int burst)
    {
        var updates = new Update[count];
        var counters = new long[Replicas + 1];
        counters[1] = 2;
        var seen = _founded.Delivered;
        var timestamp = _founded.Timestamp;
        string[] keys = [.. Enumerable.Range(0, 64).Select(number => string.Create(CultureInfo.InvariantCulture, $"k{number:d15}"))];
        var value = new byte[100];
        for (var i = 0; i < count;)
        {
            var before = seen;
            for (var id = 1; id < Replicas && i < count; id++)
            {
                var clock = before;
                for (var n = 0; n < burst && i < count; n++)
                {
                    timestamp = timestamp.Next(0);
                    var update = new Update(new Dot(id, ++counters[id]), clock, timestamp, [new SetOperation(keys[i % keys.Length], value, null)]);
                    clock = update.Clock;
                    updates[i++] = update;
                }

                seen = seen.With(new Dot(id, counters[id]));
            }
        }

        return updates;
    }

    private static AdmitOperation Admit(int id) => new(new ReplicaId(id), Process, $"replica-{id}", $"http://127.0.0.1:{7000 + id}", $"http://127.0.0.1:{7100 + id}");
}
