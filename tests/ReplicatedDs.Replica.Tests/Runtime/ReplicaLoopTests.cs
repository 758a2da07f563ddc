using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Runtime;

public sealed class ReplicaLoopTests : IAsyncDisposable
{
    private static readonly ReplicaId One = new(1);
    private static readonly ReplicaId Two = new(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ForgetfulStore _store = new();
    private readonly Channel<Heartbeat> _heartbeats = Channel.CreateUnbounded<Heartbeat>();
    private readonly CancellationTokenSource _stop = new();
    private readonly ReplicaLoop _loop;
    private readonly Task _run;
    private readonly ReplicaState _start = Cluster();

    public ReplicaLoopTests()
    {
        var core = new ReplicaCore(new ReplicaSettings(Two, new Incarnation(2)), _start, TimeProvider.System.Instant());
        _loop = new ReplicaLoop(core, _store, TimeProvider.System, NullLogger.Instance, (output, _) =>
        {
            foreach (var (_, message) in output.Messages)
            {
                if (message is Heartbeat heartbeat)
                {
                    _heartbeats.Writer.TryWrite(heartbeat);
                }
            }
        });
        _run = _loop.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    [Fact]
    public async Task Disk_ThatKeepsNothingOfWhatWasTaken_SilencesNobodyAndAcknowledgesNothing()
    {
        await HeartbeatAsync(_ => true);
        _store.IsFull = true;
        Update update = new(new Dot(One, _start.Delivered[One] + 1), _start.Delivered, new HybridTimestamp(_start.Timestamp.Packed + 1), [new SetOperation("x", "1"u8.ToArray(), null)]);
        await _loop.PostAsync(new MessageArrived(One, new Incarnation(1), new UpdateBatch(One, new Incarnation(1), [update], IsRepair: false)), default);
        await _store.Refused.Task.WaitAsync(Patience);

        // It is visible, and others hear that this replica lives, but not that it has it.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(_start.Delivered, (await HeartbeatAsync(_ => true)).Delivered);
        }

        Assert.True(_loop.State.Delivered.Covers(update.Dot));
        Assert.False(_loop.IsStoreWritable);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _loop.SubmitAsync(tag => new WriteRequest(tag, [new SetOperation("y", "1"u8.ToArray(), null)], []), default));

        _store.IsFull = false;
        Assert.Equal(_loop.State.Delivered, (await HeartbeatAsync(heartbeat => heartbeat.Delivered.Covers(update.Dot))).Delivered);
    }

    private async Task<Heartbeat> HeartbeatAsync(Func<Heartbeat, bool> isWanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _heartbeats.Reader.ReadAsync(patience.Token) is var heartbeat && isWanted(heartbeat))
            {
                return heartbeat;
            }
        }
    }

    private static ReplicaState Cluster()
    {
        var found = ReplicaCore.Found(Admission(1), new Instant(1_000_000, 1));
        Operation[] admission = [Admission(2), new ActivateOperation(Two)];
        return ReplicaCore.Replay(
            ReplicaState.Empty, [found, found with { Dot = new Dot(One, 2), Dependencies = VectorClock.Of((1, 1)), Timestamp = found.Timestamp.Next(0), Operations = [.. admission] }]);
    }

    private static AdmitOperation Admission(int id) => new(new ReplicaId(id), new Incarnation((UInt128)id), $"replica-{id}", $"http://{id}", $"http://{id}");

    /// <summary>Takes what is no promise; keeps nothing while it is full.</summary>
    private sealed class ForgetfulStore : IReplicaStore
    {
        private int _waiting;

        public bool IsFull { get; set => Volatile.Write(ref field, value); }

        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ReplicaIdentity? Identity => null;

        public long Boot => 1;

        public ValueTask AppendAsync(ImmutableArray<Update> updates, bool isPromise, CancellationToken cancellationToken)
        {
            if (IsFull && isPromise && _waiting + updates.Length > 0)
            {
                Refused.TrySetResult();
                throw new StorageUnavailableException("The disk is full.", isFull: true);
            }

            _waiting = isPromise ? 0 : _waiting + updates.Length;
            return ValueTask.CompletedTask;
        }

        public void Published(ReplicaState state, ImmutableArray<Update> updates, ImmutableArray<string> collected, VectorClock stable, KeyChanges changes = default)
        {
        }

        public ReplicaState Recover() => throw new NotSupportedException();

        public Task InitializeAsync(ReplicaIdentity identity, ReplicaState state, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask InstallAsync(ReplicaState state, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<long> FloorOfAsync(ReplicaId origin, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<Update>> ReadAsync(ReplicaId origin, long first, long last, long bytesMax, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task ArchiveAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public (long Used, long Free) Usage() => throw new NotSupportedException();

        public ValueTask DisposeAsync() => default;
    }
}
