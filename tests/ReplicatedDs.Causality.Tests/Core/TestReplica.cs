using System.Collections.Immutable;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>A core driven by hand, with a clock that only moves when told to and a log that remembers what was appended.</summary>
internal sealed class TestReplica
{
    private const long Epoch = 1_000_000_000_000;
    private readonly List<Update> _log = [];
    private readonly List<(ReplicaId To, PeerMessage Message)> _messages = [];
    private readonly ReplicaState _start;

    public TestReplica(int id, ReplicaState state, Func<ReplicaSettings, ReplicaSettings>? settings = null)
    {
        var plain = new ReplicaSettings(new ReplicaId(id), Incarnation(id));
        Settings = settings is null ? plain : settings(plain);
        _start = state;
        Core = new ReplicaCore(Settings, state, Now);
    }

    public ReplicaSettings Settings { get; }

    public ReplicaCore Core { get; private set; }

    public ReplicaId Id => Settings.Id;

    public long Monotonic { get; set; } = 1_000_000;

    public long Unix { get; set; } = Epoch;

    public Instant Now => new(Unix, Monotonic);

    public ReplicaState State => Core.State;

    public IReadOnlyList<Update> Log => _log;

    /// <summary>The output of the last step.</summary>
    public ReplicaOutput Output { get; private set; } = null!;

    /// <summary>What every test cluster begins with: replicas 1 to <paramref name="count"/>, founded and admitted by 1, all active.</summary>
    public static ReplicaState ClusterOf(int count)
    {
        var log = new List<Update> { ReplicaCore.Found(Admission(1), new Instant(Epoch - 1_000_000, 0)) };
        for (var id = 2; id <= count; id++)
        {
            foreach (Operation operation in (Operation[])[Admission(id), new ActivateOperation(new ReplicaId(id))])
            {
                log.Add(log[^1] with
                {
                    Dot = new Dot(1, log.Count + 1),
                    Dependencies = VectorClock.Of((1, log.Count)),
                    Timestamp = log[^1].Timestamp.Next(0),
                    Operations = [operation],
                });
            }
        }

        return ReplicaCore.Replay(ReplicaState.Empty, log);
    }

    public static AdmitOperation Admission(int id) => new(new ReplicaId(id), Incarnation(id), $"replica-{id}", $"http://{id}", $"peer://{id}");

    public static Incarnation Incarnation(int id) => new((UInt128)(id * 1000));

    public ReplicaOutput Step(params ReplicaInput[] inputs)
    {
        Output = Core.Step(inputs, Now);
        _log.AddRange(Output.Append);
        _messages.AddRange(Output.Messages);
        return Output;
    }

    /// <summary>Lets time pass in small pieces, as a running process would.</summary>
    /// <param name="each">What happens in each piece.</param>
    /// <returns>What is sent meanwhile.</returns>
    public IReadOnlyList<(ReplicaId To, PeerMessage Message)> Pass(int milliseconds, Action? each = null)
    {
        var before = _messages.Count;
        for (var passed = 0; passed < milliseconds; passed += 10)
        {
            Monotonic += 10_000;
            Unix += 10_000;
            each?.Invoke();
            Step();
        }

        return _messages.GetRange(before, _messages.Count - before);
    }

    /// <summary>A process that starts from the log of this one.</summary>
    public void Restart() => Core = new ReplicaCore(Settings, ReplicaCore.Replay(_start, _log), Now);

    public T Ask<T>(Func<object?, Request> request)
        where T : RequestResult
    {
        var tag = new object();
        Step(request(tag));
        var (answered, result) = Assert.Single(Output.Replies);
        Assert.Same(tag, answered);
        return Assert.IsType<T>(result);
    }

    public Update Write(string key, string value)
    {
        var written = Ask<Written>(tag => new WriteRequest(tag, [Set(key, value)], []));
        return Assert.Single(Output.Append, update => update.Dot == written.Dot);
    }

    public static SetOperation Set(string key, string value) => new(key, Encoding.UTF8.GetBytes(value), null);

    public ReplicaOutput Receive(int from, PeerMessage message) => Step(new MessageArrived(new ReplicaId(from), Incarnation(from), message));

    /// <summary>Updates as their origin sends them.</summary>
    public ReplicaOutput Receive(params Update[] updates) =>
        Receive(updates[0].Origin.Value, new UpdateBatch(updates[0].Origin, Incarnation(updates[0].Origin.Value), [.. updates], IsRepair: false));

    /// <summary>Updates from somebody else than their origin.</summary>
    public ReplicaOutput Repair(int from, params Update[] updates) =>
        Receive(from, new UpdateBatch(updates[0].Origin, Incarnation(updates[0].Origin.Value), [.. updates], IsRepair: true));

    public ReplicaOutput Hear(int from, VectorClock delivered, bool paused = false) => Receive(from, new Heartbeat(delivered, paused));

    public string? Read(string key) =>
        State.Keys.Find(key) is { IsPresent: true } state ? Encoding.UTF8.GetString(state.Winner.Value.Span) : null;

    public ImmutableArray<KeyVersion> Versions(string key) => State.Keys.Find(key)?.Versions ?? [];

    public IEnumerable<ReplicaEvent> Events(ReplicaEventKind kind) => Output.Events.Where(one => one.Kind == kind);

    /// <summary>The dots of all ranges among <paramref name="messages"/> to <paramref name="to"/>.</summary>
    public static IReadOnlyList<Dot> Sent(IEnumerable<(ReplicaId To, PeerMessage Message)> messages, int to) =>
    [
        .. messages.Where(message => message.To.Value == to).Select(message => message.Message).OfType<UpdateRange>()
            .SelectMany(range => Enumerable.Range((int)range.First, (int)(range.Last - range.First + 1)).Select(n => new Dot(range.Origin, n))),
    ];
}
