using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Bench.Scale;

/// <summary>
/// Many cores in one process under virtual time, with the codecs between them and a wide-area network: everybody writes, everybody receives. Disks and sockets are
/// left out: this is the cost of the protocol.
/// </summary>
internal sealed class ScaleRun
{
    /// <summary>Inputs wait so long for others before a step, as they do behind an append.</summary>
    private const long StepAfter = 200;

    private const int SettleMicroseconds = 2_000_000;
    private const long Epoch = 1_700_000_000_000_000;

    private static readonly Incarnation Process = new(1);
    private readonly Node[] _nodes;
    private readonly PriorityQueue<Action, (long At, long Number)> _queue = new();
    private readonly Dictionary<Dot, long> _writtenAt = [];
    private readonly List<float> _visible = [];
    private readonly List<float> _extra = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);
    private readonly Stopwatch _cpu = new();
    private long _now;
    private long _number;
    private long _messages;
    private long _bytes;
    private long _updateBytes;
    private long _updateCopies;

    private ScaleRun(int replicas)
    {
        var founded = Found(replicas);
        _nodes = [.. Enumerable.Range(1, replicas).Select(id => new Node(id, replicas, new ReplicaCore(
            new ReplicaSettings(new ReplicaId(id), Process) { DiskTrust = DiskTrust.Full, Seed = (ulong)id }, founded, new Instant(Epoch, 0))))];
    }

    /// <param name="replicas">How many.</param>
    /// <param name="perSecond">Writes a second of all together.</param>
    /// <param name="seconds">Of virtual time.</param>
    public static ScaleResult Measure(int replicas, int perSecond, int seconds)
    {
        var run = new ScaleRun(replicas);
        return run.Go(perSecond, seconds);
    }

    private ScaleResult Go(int perSecond, int seconds)
    {
        foreach (var node in _nodes)
        {
            Wake(node, 1);
        }

        RunUntil(SettleMicroseconds); // everybody has heard everybody
        (_messages, _bytes, _updateBytes, _updateCopies) = (0, 0, 0, 0);
        _cpu.Reset();
        var writes = perSecond * seconds;
        for (var i = 0; i < writes; i++)
        {
            var node = _nodes[i % _nodes.Length];
            var key = string.Create(CultureInfo.InvariantCulture, $"key:{i * 7919L % 5000:d12}");
            At(SettleMicroseconds + (i * 1_000_000L / perSecond), () => Enqueue(node, new WriteRequest(null, [new SetOperation(key, new byte[100], null)], [])));
        }

        RunUntil(SettleMicroseconds + (seconds * 1_000_000L));
        var (messages, bytes, cpu) = (_messages, _bytes, _cpu.Elapsed);
        RunUntil(_now + 2_000_000); // what is on its way arrives
        if (_visible.Count != (long)writes * (_nodes.Length - 1))
        {
            throw new InvalidOperationException($"{_visible.Count} of {(long)writes * (_nodes.Length - 1)} deliveries were seen.");
        }

        _visible.Sort();
        _extra.Sort();
        var all = cpu.TotalMicroseconds / writes;
        return new ScaleResult(
            _nodes.Length, perSecond, (double)messages / writes, (double)bytes / writes, (double)_updateBytes / _updateCopies, all / _nodes.Length, all,
            _visible[_visible.Count / 2], _visible[(int)(_visible.Count * 0.99)], _extra[(int)(_extra.Count * 0.99)]);
    }

    private void RunUntil(long end)
    {
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _queue.Dequeue();
            _now = next.At;
            action();
        }

        _now = end;
    }

    private void At(long at, Action action) => _queue.Enqueue(action, (at, _number++));

    private void Enqueue(Node node, ReplicaInput input)
    {
        node.Inputs.Add(input);
        Wake(node, _now + StepAfter);
    }

    private void Wake(Node node, long at)
    {
        if (at >= node.WakesAt)
        {
            return;
        }

        node.WakesAt = at;
        At(at, () =>
        {
            if (node.WakesAt == at)
            {
                node.WakesAt = long.MaxValue;
                Step(node);
            }
        });
    }

    private void Step(Node node)
    {
        _cpu.Start();
        var output = node.Core.Step(node.Inputs.ToArray(), new Instant(Epoch + _now, _now));
        _cpu.Stop();
        node.Inputs.Clear();
        foreach (var update in output.Append)
        {
            if (update.Origin == node.Core.Id)
            {
                _writtenAt[update.Dot] = _now;
                node.Written.Add(update);
            }
            else if (_writtenAt.TryGetValue(update.Dot, out var at))
            {
                var passed = _now - at;
                _visible.Add(passed / 1000f);
                _extra.Add((passed - Wan.Delay(update.Origin.Value, node.Core.Id.Value)) / 1000f);
            }
        }

        foreach (var (to, message) in output.Messages)
        {
            Send(node, _nodes[to.Value - 1], message);
        }

        Wake(node, Math.Max(output.NextStepAt, _now + 1));
    }

    private void Send(Node from, Node to, PeerMessage message)
    {
        if (message is UpdateRange range)
        {
            var first = (int)(range.First - from.Written[0].Dot.Counter);
            message = new UpdateBatch(range.Origin, range.OriginIncarnation, [.. from.Written.GetRange(first, (int)(range.Last - range.First + 1))], range.IsRepair);
        }

        _cpu.Start();
        _buffer.ResetWrittenCount();
        EnvelopeCodec.Write(_buffer, new PeerEnvelope("0123456789abcdef0123456789abcdef", from.Core.Id, Process, to.Core.Id, 1, 1, [message]));
        var arrived = EnvelopeCodec.Read(_buffer.WrittenSpan).Messages[0];
        _cpu.Stop();
        var metadata = 4 + _buffer.WrittenCount;
        if (message is UpdateBatch batch)
        {
            metadata -= batch.Updates.Sum(update => update.Operations.OfType<SetOperation>().Sum(set => set.Key.Length + set.Value.Length));
            _updateBytes += metadata;
            _updateCopies += batch.Updates.Length;
        }

        _messages++;
        _bytes += metadata;

        // A line delivers in order.
        var at = Math.Max(_now + Wan.Delay(from.Core.Id.Value, to.Core.Id.Value), from.LineFreeAt[to.Core.Id.Value - 1] + 1);
        from.LineFreeAt[to.Core.Id.Value - 1] = at;
        At(at, () => Enqueue(to, new MessageArrived(from.Core.Id, Process, arrived)));
    }

    private static ReplicaState Found(int replicas)
    {
        var founding = ReplicaCore.Found(Admit(1), new Instant(Epoch, 0));
        var admissions = new Update(
            new Dot(1, 2), founding.Clock, founding.Timestamp.Next(0), [.. Enumerable.Range(2, replicas - 1).SelectMany(id => (Operation[])[Admit(id), new ActivateOperation(new ReplicaId(id))])]);
        return ReplicaCore.Replay(ReplicaState.Empty, [founding, admissions]);
    }

    private static AdmitOperation Admit(int id) => new(new ReplicaId(id), Process, $"replica-{id}", $"http://127.0.0.1:{7000 + id}", $"http://127.0.0.1:{7100 + id}");

    private sealed class Node(int id, int replicas, ReplicaCore core)
    {
        public ReplicaCore Core { get; } = core;

        public List<ReplicaInput> Inputs { get; } = [];

        public List<Update> Written { get; } = [];

        public long[] LineFreeAt { get; } = new long[replicas];

        public long WakesAt { get; set; } = long.MaxValue;

        public override string ToString() => $"replica {id}";
    }
}
