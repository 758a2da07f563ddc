using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Replication;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>A replica's life under one identity: its core, its loop and its links.</summary>
internal sealed class ReplicaSession : IAsyncDisposable
{
    private static readonly TimeSpan ConfirmInterval = TimeSpan.FromSeconds(3);

    private readonly ReplicaIdentity _identity;
    private readonly PeerClient _client;
    private readonly TimeProvider _time;
    private readonly EventRing _events;
    private readonly PropagationTracer _tracer;
    private readonly CoverageWaiters _waiters;
    private readonly PeerTransport _transport;
    private readonly ReplicaCore _core;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Readiness _readiness;
    private readonly IReplicaStore _store;
    private Task? _confirming;
    private IDisposable? _kept;
    private SessionEnd _reason = SessionEnd.Stopped;

    public ReplicaSession(
        IReplicaStore store,
        ReplicaState state,
        ReplicaSettings settings,
        PeerHttp http,
        PeerClient client,
        AddressBook addresses,
        EventRing events,
        CoverageWaiters waiters,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _identity = store.Identity!;
        (_store, _events, _waiters, _client, _time) = (store, events, waiters, client, time);
        _logger = loggers.CreateLogger<ReplicaSession>();
        _tracer = new PropagationTracer(_identity.Id, time);
        var now = time.Instant();
        _core = new ReplicaCore(settings, state, now);
        _readiness = new Readiness(now.MonotonicMicroseconds);
        Loop = new ReplicaLoop(_core, store, time, _logger, Published);
        _transport = new PeerTransport(addresses, _identity, store, http, client, loggers.CreateLogger<PeerTransport>(), Loop.PostAsync);
        Phase = PhaseOf(now);
        _events.Add(
            now.UnixMicroseconds,
            new ReplicaEvent(ReplicaEventKind.Restart) { Detail = string.Create(CultureInfo.InvariantCulture, $"boot {store.Boot}") });
    }

    public ReplicaLoop Loop { get; }

    public NodePhase Phase { get; private set; }

    public bool IsTraced(ActivityTraceId trace) => _tracer.Chooses(trace);

    /// <summary>Runs until the process stops or the replica's membership ends.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _end.Token);
        await Loop.RunAsync(either.Token).ConfigureAwait(false);
        return _reason;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await (_confirming ?? Task.CompletedTask).ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        _kept?.Dispose();
        _end.Dispose();
    }

    /// <summary>In the loop, after each publication.</summary>
    private void Published(ReplicaOutput output, Instant now)
    {
        _events.Add(now.UnixMicroseconds, output.Events.AsSpan());
        _tracer.Observe(output.Events.AsSpan(), now, output.State.Members);
        _transport.Send(output.Messages, output.State.Members);
        if (!output.Append.IsEmpty || output.IsInstall)
        {
            _waiters.Published(output.State);
        }

        foreach (var alarm in output.Alarms)
        {
            _logger.Quarantined(alarm.Origin.Value, alarm.Reason);
        }

        var phase = PhaseOf(now);
        if (phase != Phase)
        {
            Phase = phase;
            _logger.PhaseChanged(_identity.Id.Value, phase);
        }

        if (phase == NodePhase.Leaving && !output.MustRejoin)
        {
            _confirming ??= ConfirmLeaveAsync();
            _kept ??= _store.Values?.Pin(); // what its state at the leave names may still be wanted
        }

        if (EndOf(output) is { } reason)
        {
            _reason = reason;
            _end.Cancel();
        }
    }

    private static SessionEnd? EndOf(ReplicaOutput output) => output switch
    {
        { MayExit: true } => SessionEnd.Left,
        { MustRejoin: true } => SessionEnd.MustRejoin,
        { IsEvicted: true } => SessionEnd.Evicted,
        { IsOlderCopy: true } => SessionEnd.OlderCopy,
        _ => null,
    };

    /// <summary>One that leaves and outlasts everybody whom it knows asks those who are configured whether its updates have arrived.</summary>
    private async Task ConfirmLeaveAsync()
    {
        using var timer = new PeriodicTimer(ConfirmInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
            {
                if (await _client.HasEverybodyAsync(_identity, _end.Token).ConfigureAwait(false))
                {
                    await Loop.PostAsync(new LeaveConfirmed(), _end.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or NodeUnavailableException)
        {
            // It has left, or the process stops.
        }
    }

    private NodePhase PhaseOf(Instant now) => _core.State.Members.Find(_identity.Id)!.Status switch
    {
        MemberStatus.Joining => NodePhase.Joining,
        MemberStatus.Departed => NodePhase.Leaving,
        _ when Phase == NodePhase.Ready => NodePhase.Ready,
        _ => _readiness.IsReached(_core, now) ? NodePhase.Ready : NodePhase.CatchingUp,
    };
}
