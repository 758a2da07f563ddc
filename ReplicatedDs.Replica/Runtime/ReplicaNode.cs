using System.Diagnostics;
using System.Security.Cryptography;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Replication;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>The replica's life in this process: recover, found or join; run; leave or join again.</summary>
internal sealed class ReplicaNode(
    ReplicaOptions options,
    ReplicaStoreFactory stores,
    Joiner joiner,
    PeerClient peers,
    PeerHttp http,
    AddressBook addresses,
    EventRing events,
    IIdAllocator allocator,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : BackgroundService, IReplicaNode, IUpdateFinder, IReplicaFacts
{
    private readonly ILogger _logger = loggers.CreateLogger<ReplicaNode>();
    private readonly CoverageWaiters _waiters = new();
    private IReplicaStore? _store;
    private ReplicaSession? _session;
    private NodePhase _phase = NodePhase.Starting;

    public ReplicaIdentity? Identity => Volatile.Read(ref _session) is null ? null : _store?.Identity;

    public NodePhase Phase => _phase == NodePhase.Stopping ? NodePhase.Stopping : Volatile.Read(ref _session)?.Phase ?? _phase;

    public string? Refusal => Volatile.Read(ref _session) is { } session ? session.Loop.Refusal : joiner.Reason;

    public ReplicaState State => Volatile.Read(ref _session)?.Loop.State ?? ReplicaState.Empty;

    public ReplicaState Snapshot => Volatile.Read(ref _session)?.Loop.Snapshot ?? ReplicaState.Empty;

    public EventRing Events => events;

    public bool IsTraced(ActivityTraceId trace) => Volatile.Read(ref _session)?.IsTraced(trace) ?? true;

    public IValueStore? Values => _store?.Values;

    public long Boot => _store?.Boot ?? 0;

    public string Allocator => allocator.Kind;

    public (long Used, long Free, bool IsWritable) Disk()
    {
        var (used, free) = _store?.Usage() ?? default;
        return (used, free, Volatile.Read(ref _session)?.Loop.IsStoreWritable ?? true);
    }

    public Uri? HttpOf(Member member) => addresses.Http(member);

    public Uri? PeerOf(Member member) => addresses.Peer(member);

    /// <summary>Opens the data folder, before anything listens.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public void Open() => _store = stores.Open();

    public Task<RequestResult> SubmitAsync(Func<object, Request> request, CancellationToken cancellationToken) =>
        Loop.SubmitAsync(request, cancellationToken);

    public ValueTask SubmitAsync(PendingRequest pending, Request request, CancellationToken cancellationToken) => Loop.PostAsync(request, cancellationToken);

    public ValueTask PostAsync(ReplicaInput input, CancellationToken cancellationToken) => Loop.PostAsync(input, cancellationToken);

    /// <summary>As <see cref="PostAsync(ReplicaInput, CancellationToken)"/>; <paramref name="taken"/> is called when the input was carried out.</summary>
    public ValueTask PostAsync(ReplicaInput input, Action taken, CancellationToken cancellationToken) => Loop.PostAsync(input, taken, cancellationToken);

    /// <summary>After it everything that was published before is durable, as the durability mode says. Safe from any thread.</summary>
    public ValueTask SyncAsync(CancellationToken cancellationToken) => _store?.AppendAsync([], isPromise: true, cancellationToken) ?? ValueTask.CompletedTask;

    public Task<T> InspectAsync<T>(Func<ReplicaCore, T> question, CancellationToken cancellationToken) => Loop.InspectAsync(question, cancellationToken);

    public ValueTask<ReplicaState?> WaitUntilCoveredAsync(VectorClock clock, TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiters.WaitAsync(clock, () => State, timeout, cancellationToken);

    public async ValueTask<Update?> FindUpdateAsync(Dot dot, CancellationToken cancellationToken) =>
        _store is { } store && State.Delivered.Covers(dot)
            ? (await store.ReadAsync(dot.Replica, dot.Counter, dot.Counter, 1, cancellationToken).ConfigureAwait(false)).FirstOrDefault()
            : null;

    /// <summary>The update with that dot from here or from any reachable member.</summary>
    public async Task<Update?> FindAnywhereAsync(Dot dot, CancellationToken cancellationToken) =>
        await FindUpdateAsync(dot, cancellationToken).ConfigureAwait(false)
        ?? (Identity is { } self ? await peers.FindUpdateAsync(dot, State.Members, self.Id, cancellationToken).ConfigureAwait(false) : null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (JoinsAnew(await LiveAsync(stoppingToken).ConfigureAwait(false)))
            {
                _store = stores.Open();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is ConfigurationException or StorageUnavailableException or IdAllocatorException)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            Environment.ExitCode = 2;
        }
        catch (DurabilityLostException lost)
        {
            await Console.Error.WriteLineAsync(lost.Message).ConfigureAwait(false);
            Environment.ExitCode = 74;
        }
        catch (Exception exception)
        {
            // The core refused to go on: better no replica than one that breaks its promises.
            _logger.InvariantBroken(exception);
            Environment.ExitCode = 70;
        }
        finally
        {
            _phase = NodePhase.Stopping;
            if (_store is { } store)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }

            lifetime.StopApplication();
        }
    }

    private ReplicaLoop Loop => Volatile.Read(ref _session)?.Loop
        ?? throw new NodeUnavailableException(joiner.Reason ?? "This replica is starting.");

    private static bool JoinsAnew(SessionEnd end) => end is SessionEnd.MustRejoin or SessionEnd.OlderCopy;

    private async Task<SessionEnd> LiveAsync(CancellationToken stop)
    {
        var store = _store!;
        ReplicaState state;
        var isNew = store.Identity is null;
        if (isNew)
        {
            _phase = NodePhase.Joining;
            state = await joiner.EnterAsync(store, stop).ConfigureAwait(false);
        }
        else
        {
            state = store.Recover();
            if (state.Delivered.Count == 0)
            {
                state = await joiner.BeginAsync(store, store.Identity!, stop).ConfigureAwait(false);
            }

            _logger.RecoveredState(store.Identity!.Id.Value, store.Identity.ClusterId, state.Keys.Count, store.Boot);
        }

        var identity = store.Identity!;
        var session = new ReplicaSession(store, state, Settings(identity, isNew), http, peers, addresses, events, _waiters, time, loggers);
        await using (session.ConfigureAwait(false))
        {
            Volatile.Write(ref _session, session);
            var end = await session.RunAsync(stop).ConfigureAwait(false);
            if (end == SessionEnd.Stopped)
            {
                return end;
            }

            if (end == SessionEnd.Evicted)
            {
                var exported = await OwnWrites.ExportAsync(options.Data, store, identity.Id, stop).ConfigureAwait(false);
                _logger.Evicted(identity.Id.Value, exported);
            }

            Volatile.Write(ref _session, null);
            (_phase, _store) = (JoinsAnew(end) ? NodePhase.Joining : NodePhase.Stopping, null);
            await store.ArchiveAsync(stop).ConfigureAwait(false);
            switch (end)
            {
                case SessionEnd.Left:
                    _logger.Left(identity.Id.Value);
                    break;
                case SessionEnd.MustRejoin:
                    _logger.MustRejoin(identity.Id.Value);
                    break;
                case SessionEnd.OlderCopy:
                    _logger.WasOlderCopy(identity.Id.Value);
                    break;
                default:
                    break;
            }

            return end;
        }
    }

    private ReplicaSettings Settings(ReplicaIdentity identity, bool isNew)
    {
        var mutation = options.Mutation is { } name ? Enum.Parse<CoreMutation>(name) : CoreMutation.None;
        if (mutation != CoreMutation.None)
        {
            _logger.RunsMutated(mutation.ToString());
        }

        return new ReplicaSettings(identity.Id, identity.Incarnation)
        {
            Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
            Mutation = mutation,
            InlineBytesMax = options.Values?.InlineBytes ?? int.MaxValue,
            DiskTrust = isNew || options.TrustDisk ? DiskTrust.Full
                : options.Durability == Durability.Fsync ? DiskTrust.OneWitness
                : DiskTrust.AllMembers,
        };
    }
}
