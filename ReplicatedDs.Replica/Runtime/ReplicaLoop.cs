using System.Threading.Channels;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// The one owner of a <see cref="ReplicaCore"/>: drains a bounded queue in batches, steps the core, appends once per batch (group
/// commit), publishes the new root and only then lets answers, messages and events out.
/// </summary>
internal sealed class ReplicaLoop
{
    private const int BatchMax = 1024;
    private const long BatchBytesMax = 8 << 20;

    /// <summary>A step of so many inputs is a sign of load: somebody writes alongside somebody else.</summary>
    private const int BusyInputs = 2;

    private readonly ReplicaCore _core;
    private readonly IReplicaStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<ReplicaOutput, Instant> _published;
    private readonly Channel<object> _queue = Channel.CreateBounded<object>(new BoundedChannelOptions(8192) { SingleReader = true });
    private readonly List<ReplicaInput> _inputs = new(BatchMax);
    private readonly List<Action> _taken = [];
    private readonly List<Action<ReplicaCore>> _questions = [];
    private SnapshotArrived? _snapshot;
    private VectorClock _stable = VectorClock.Empty;
    private bool _storeFailed;
    private bool _onlyPromiseFailed;

    /// <param name="published">Called in the loop after each publication, with what may go out.</param>
    public ReplicaLoop(ReplicaCore core, IReplicaStore store, TimeProvider time, ILogger logger, Action<ReplicaOutput, Instant> published)
    {
        (_core, _store, _time, _logger, _published) = (core, store, time, logger, published);
        State = Snapshot = core.State;
    }

    /// <summary>The published root.</summary>
    public ReplicaState State { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>What a peer may take as a snapshot, published.</summary>
    public ReplicaState Snapshot { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>Why writes are refused, after the last step.</summary>
    public string? Refusal { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>Whether the store took what it was last given to append, or to make durable.</summary>
    public bool IsStoreWritable => !Volatile.Read(ref _storeFailed);

    public async Task<RequestResult> SubmitAsync(Func<object, Request> make, CancellationToken cancellationToken)
    {
        var reply = new PendingRequest();
        await WriteAsync(make(reply), cancellationToken).ConfigureAwait(false);
        // Not cancelled from here on: the request is in the queue and will be carried out whether somebody waits or not.
        return await reply.Task.ConfigureAwait(false);
    }

    public ValueTask PostAsync(ReplicaInput input, CancellationToken cancellationToken) => WriteAsync(input, cancellationToken);

    /// <summary>As <see cref="PostAsync(ReplicaInput, CancellationToken)"/>; <paramref name="taken"/> is called in the loop when the input was carried out.</summary>
    public ValueTask PostAsync(ReplicaInput input, Action taken, CancellationToken cancellationToken) =>
        WriteAsync(new Posted(input, taken), cancellationToken);

    public async Task<T> InspectAsync<T>(Func<ReplicaCore, T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(
            new Action<ReplicaCore>(core =>
            {
                try
                {
                    answer.SetResult(question(core));
                }
                catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
                {
                    answer.SetException(exception);
                }
            }),
            cancellationToken).ConfigureAwait(false);
        return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs until <paramref name="stop"/>; what is in the queue then is still carried out.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var nextStepAt = 0L;
        Refusal = _core.Refusal?.Detail;
        using var alarm = new Alarm(_time, alarm => _queue.Writer.TryWrite(alarm)); // a queue that is full needs none
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (_snapshot is null)
                {
                    var wasBusy = _inputs.Count >= BusyInputs;
                    await WaitForWorkAsync(alarm, nextStepAt, stop).ConfigureAwait(false);
                    if (wasBusy)
                    {
                        // Behind all that is ready to run, here and in other processes, so that what it has to say goes into the same step.
                        Thread.Yield();
                        await Task.Yield();
                    }
                }

                Drain();
                nextStepAt = await StepAsync().ConfigureAwait(false);
            }

            _queue.Writer.TryComplete();
            await FinishAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The last step did not come through, so none may follow it.
            _queue.Writer.TryComplete();
            Abandon();
            throw;
        }
    }

    private async ValueTask WriteAsync(object item, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new NodeUnavailableException("This replica is stopping.");
        }
    }

    private async ValueTask WaitForWorkAsync(Alarm alarm, long nextStepAt, CancellationToken stop)
    {
        if (_queue.Reader.TryPeek(out _))
        {
            return;
        }

        alarm.Ring(nextStepAt);
        try
        {
            await _queue.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end has come: that means one more step.
        }
    }

    private void Drain()
    {
        _inputs.Clear();
        _questions.Clear();
        _taken.Clear();
        if (_snapshot is not null)
        {
            _inputs.Add(_snapshot);
            _snapshot = null;
            return;
        }

        long bytes = 0;
        while (_inputs.Count < BatchMax && bytes < BatchBytesMax && _queue.Reader.TryRead(out var item))
        {
            switch (item)
            {
                case SnapshotArrived snapshot: // the only input of its step
                    _snapshot = snapshot;
                    return;
                case ReplicaInput input:
                    _inputs.Add(input);
                    bytes += SizeOf(input);
                    break;
                case Posted posted:
                    _inputs.Add(posted.Input);
                    _taken.Add(posted.Taken);
                    bytes += SizeOf(posted.Input);
                    break;
                case Action<ReplicaCore> question:
                    _questions.Add(question);
                    break;
                default:
                    break; // the alarm: time has passed
            }
        }
    }

    private static long SizeOf(ReplicaInput input)
    {
        var bytes = 0L;
        if (input is WriteRequest write)
        {
            foreach (var operation in write.Operations)
            {
                bytes += SizeOf(operation);
            }
        }
        else if (input is MessageArrived { Message: UpdateBatch batch })
        {
            foreach (var update in batch.Updates)
            {
                foreach (var operation in update.Operations)
                {
                    bytes += SizeOf(operation);
                }
            }
        }

        return bytes;
    }

    private static long SizeOf(Operation operation) => operation is SetOperation set ? set.Value.Length : 0;

    /// <exception cref="DurabilityLostException">This process cannot go on.</exception>
    private async Task<long> StepAsync()
    {
        var now = _time.Instant();
        _core.ChangesSince = _store.ChangesSince;
        var output = _core.Step(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_inputs), now);
        if (!output.Append.IsEmpty || output.IsPromise)
        {
            try
            {
                await StoreAsync(output).ConfigureAwait(false);
                Recovered(output);
            }
            catch (StorageUnavailableException failure)
            {
                _onlyPromiseFailed = output.Append.IsEmpty && !output.IsInstall && (_onlyPromiseFailed || !_storeFailed);
                output = await StepWithoutAppendingAsync(failure, now).ConfigureAwait(false);
            }
        }

        Publish(output, now);
        _taken.ForEach(taken => taken());
        foreach (var question in _questions)
        {
            question(_core);
        }

        return output.NextStepAt;
    }

    private ValueTask StoreAsync(ReplicaOutput output) => output.IsInstall
        ? _store.InstallAsync(output.State, CancellationToken.None)
        : _store.AppendAsync(output.Append, output.IsPromise, CancellationToken.None);

    /// <summary>
    /// The append failed: nothing of the step happened. What needs no append (heartbeats, link changes) is stepped again, so that a full disk
    /// stops writes and deliveries but not the replica. If what it delivered before cannot be made durable either, it acknowledges only what it did before.
    /// </summary>
    private async Task<ReplicaOutput> StepWithoutAppendingAsync(StorageUnavailableException failure, Instant now)
    {
        if (!_storeFailed)
        {
            _storeFailed = true;
            _logger.AppendFailed(failure.Message);
        }

        _core.Rollback();
        var canPromise = await CanPromiseAsync().ConfigureAwait(false); // before anybody is answered: it may be the end
        var rest = new List<ReplicaInput>();
        foreach (var input in _inputs)
        {
            switch (input)
            {
                case WriteRequest or JoinRequest or GuestRequest or LeaveRequest or HandDelivery:
                    ((PendingRequest)((Request)input).Tag!).Fail(failure);
                    break;
                case MessageArrived { Message: UpdateBatch } or SnapshotArrived:
                    break;
                default:
                    rest.Add(input);
                    break;
            }
        }

        _core.MayPromise = canPromise;
        var output = _core.Step(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rest), now);
        if (!output.Append.IsEmpty)
        {
            // It is asked for more, or has something to do of its own accord, which can wait.
            _core.Rollback();
            Fail(rest, failure);
            rest.RemoveAll(static input => input is Request);
            _core.MayPromise = false;
            output = _core.Step(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rest), now);
        }

        _core.MayPromise = true;
        if (output.Append.IsEmpty)
        {
            return output;
        }

        // Nothing is known that would still want to be appended; if there is, it comes again when the disk is back.
        _core.Rollback();
        return new ReplicaOutput
        {
            Append = [],
            IsPromise = false,
            State = _core.State,
            Stable = _core.Stable,
            Replies = [],
            Messages = [],
            Events = default,
            NextStepAt = now.MonotonicMicroseconds + 100_000,
            MayExit = false,
            MustRejoin = false,
            IsEvicted = false,
        };
    }

    private async ValueTask<bool> CanPromiseAsync()
    {
        try
        {
            await _store.AppendAsync([], isPromise: true, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    private void Recovered(ReplicaOutput output)
    {
        // That there was nothing to append says nothing of the disk, unless there was nothing when it failed.
        if (_storeFailed && (!output.Append.IsEmpty || output.IsInstall || (_onlyPromiseFailed && output.IsPromise)))
        {
            _storeFailed = false;
            _logger.AppendRecovered();
        }
    }

    private void Publish(ReplicaOutput output, Instant now)
    {
        State = output.State;
        Snapshot = _core.Snapshot;
        Refusal = _core.Refusal?.Detail;
        if (!output.Append.IsEmpty || !output.Collected.IsEmpty || output.Stable != _stable)
        {
            _stable = output.Stable;
            _store.Published(output.State, output.Append, output.Collected, output.Stable, output.Changes);
        }

        _published(output, now);
        foreach (var (tag, result) in output.Replies)
        {
            ((PendingRequest)tag!).Answer(result);
        }
    }

    private async Task FinishAsync()
    {
        while (_snapshot is not null || _queue.Reader.TryPeek(out _))
        {
            Drain();
            await StepAsync().ConfigureAwait(false);
        }
    }

    private void Abandon()
    {
        var stopped = new NodeUnavailableException("This replica is stopping.");
        Fail(_inputs, stopped);
        while (_queue.Reader.TryRead(out var item))
        {
            if (((item as Posted)?.Input ?? item as ReplicaInput) is { } input)
            {
                Fail([input], stopped);
            }
        }
    }

    private sealed record Posted(ReplicaInput Input, Action Taken);

    private static void Fail(IEnumerable<ReplicaInput> inputs, Exception exception)
    {
        foreach (var request in inputs.OfType<Request>())
        {
            ((PendingRequest)request.Tag!).Fail(exception);
        }
    }
}
