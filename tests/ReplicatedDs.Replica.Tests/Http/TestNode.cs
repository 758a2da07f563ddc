using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>A node around the real core, stepped under a lock, with nothing on disk: what the API sees is what the product does.</summary>
internal sealed class TestNode : IReplicaNode, IUpdateFinder, IReplicaIdSource, IReplicaFacts
{
    public const string ClusterId = "0123456789abcdef0123456789abcdef";

    private readonly Lock _gate = new();
    private readonly CoverageWaiters _waiters = new();
    private readonly List<Update> _log = [];
    private ReplicaCore? _core;
    private ReplicaState _state = ReplicaState.Empty;
    private TaskCompletionSource? _paused;
    private int _waiting;

    public ReplicaIdentity? Identity { get; private set; }

    public NodePhase Phase { get; set; } = NodePhase.Joining;

    public string? Refusal => _core?.Refusal?.Detail;

    public ReplicaState State => Volatile.Read(ref _state);

    public EventRing Events { get; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public long Boot => 1;

    public string Allocator => "file";

    /// <summary>Thrown by the next appends instead of carrying them out.</summary>
    public Exception? AppendFailure { get; set; }

    /// <summary>How many requests were held back by <see cref="Pause"/>.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public (long Used, long Free, bool IsWritable) Disk() => (0, 0, true);

    /// <summary>Founds a cluster with replica 1.</summary>
    public static TestNode Founded(TimeProvider? time = null)
    {
        var node = new TestNode { Time = time ?? TimeProvider.System };
        node.Found("http://127.0.0.1:1");
        return node;
    }

    public void Found(string httpAddress)
    {
        var admit = Admission(1, httpAddress);
        Become(1, [ReplicaCore.Found(admit, Time.Instant())]);
    }

    /// <summary>Becomes replica <paramref name="id"/> with the log of another.</summary>
    public void Join(int id, TestNode sponsor) => Become(id, [.. sponsor._log]);

    public static AdmitOperation Admission(int id, string httpAddress) =>
        new(new ReplicaId(id), new Incarnation((UInt128)id), $"replica-{id}", httpAddress, $"http://127.0.0.1:{7400 + id}");

    /// <summary>As if the log had been cut.</summary>
    public void ForgetLog()
    {
        lock (_gate)
        {
            _log.Clear();
        }
    }

    /// <summary>Delivers every update of this node to another one, as its peer would.</summary>
    public void SendTo(TestNode other)
    {
        lock (_gate)
        {
            var (id, incarnation) = (Identity!.Id, Identity.Incarnation);
            ImmutableArray<Update> updates = [.. _log.Where(update => update.Origin == id && !other.State.Delivered.Covers(update.Dot))];
            other.Step(new MessageArrived(id, incarnation, new UpdateBatch(id, incarnation, updates, IsRepair: false)));
        }
    }

    /// <summary>The answers of all requests from now on are held back until the result is disposed.</summary>
    public IDisposable Pause()
    {
        _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Resume(this);
    }

    public async Task<RequestResult> SubmitAsync(Func<object, Request> request, CancellationToken cancellationToken)
    {
        if (_paused is { } paused)
        {
            Interlocked.Increment(ref _waiting);
            await paused.Task;
        }

        var output = Step(request(new object()));
        return output.Replies.Single().Result;
    }

    public ValueTask SubmitAsync(PendingRequest pending, Request request, CancellationToken cancellationToken)
    {
        _ = AnswerAsync(pending, request, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask PostAsync(ReplicaInput input, CancellationToken cancellationToken)
    {
        Step(input);
        return ValueTask.CompletedTask;
    }

    private async Task AnswerAsync(PendingRequest pending, Request request, CancellationToken cancellationToken)
    {
        try
        {
            pending.Answer(await SubmitAsync(_ => request, cancellationToken));
        }
        catch (Exception exception)
        {
            pending.Fail(exception);
        }
    }

    public ValueTask<ReplicaState?> WaitUntilCoveredAsync(VectorClock clock, TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiters.WaitAsync(clock, () => State, timeout, cancellationToken);

    public Task<T> InspectAsync<T>(Func<ReplicaCore, T> question, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(question(Core));
        }
    }

    public ValueTask<Update?> FindUpdateAsync(Dot dot, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(_log.FirstOrDefault(update => update.Dot == dot));
        }
    }

    public async Task<Update?> FindAnywhereAsync(Dot dot, CancellationToken cancellationToken) => await FindUpdateAsync(dot, cancellationToken);

    public Task<ReplicaId> NextAsync(CancellationToken cancellationToken) => Task.FromResult(new ReplicaId(State.Members.HighestId.Value + 1));

    public Dot Write(string key, string value) => ((Written)Step(new WriteRequest(
        new object(), [new SetOperation(key, System.Text.Encoding.UTF8.GetBytes(value), "text/plain")], [])).Replies.Single().Result).Dot;

    public ReplicaOutput Step(params ReplicaInput[] inputs)
    {
        lock (_gate)
        {
            var now = Time.Instant();
            var output = Core.Step(inputs, now);
            if (!output.Append.IsEmpty && AppendFailure is { } failure)
            {
                Core.Rollback();
                throw failure;
            }

            Publish(output, now);
            return output;
        }
    }

    private ReplicaCore Core => _core ?? throw new NodeUnavailableException("This replica is joining.");

    private void Become(int id, ImmutableArray<Update> log)
    {
        var self = new ReplicaId(id);
        var state = ReplicaCore.Replay(ReplicaState.Empty, log);
        var incarnation = state.Members.Find(self)!.Incarnation;
        lock (_gate)
        {
            _core = new ReplicaCore(new ReplicaSettings(self, incarnation), state, Time.Instant());
            _log.AddRange(log);
            Volatile.Write(ref _state, state);
            Identity = new ReplicaIdentity(ClusterId, self, incarnation);
            Phase = NodePhase.Ready;
        }
    }

    private void Publish(ReplicaOutput output, Instant now)
    {
        _log.AddRange(output.Append);
        Volatile.Write(ref _state, output.State);
        _waiters.Published(output.State);
        Events.Add(now.UnixMicroseconds, output.Events.AsSpan());
    }

    private sealed class Resume(TestNode node) : IDisposable
    {
        public void Dispose()
        {
            var paused = node._paused;
            node._paused = null;
            paused?.SetResult();
        }
    }
}
