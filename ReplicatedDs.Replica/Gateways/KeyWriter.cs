using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Gateways;

/// <summary>The one way in which clients' writes reach the core, whichever protocol they speak: past the key's lease, and bounded in number.</summary>
public sealed class KeyWriter(IReplicaNode node, KeyLeases leases, ApiOptions options)
{
    private readonly KeyLeases _leases = leases;
    private int _running;

    /// <param name="cancellationToken">Gives up waiting for the key. Once the core has the write it is seen through.</param>
    /// <exception cref="KeyBusyException">The key is leased to others for too long.</exception>
    /// <exception cref="OverloadedException">Too many writes wait already.</exception>
    public async Task<RequestResult> WriteAsync(
        KeyOperation operation,
        ImmutableArray<WriteCondition> conditions,
        TraceContext? trace,
        CancellationToken cancellationToken,
        string? operationId = null)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return await WriteAsync([operation], conditions, trace, cancellationToken, operationId).ConfigureAwait(false);
    }

    /// <summary>The same for several operations that happen together or not at all.</summary>
    public async Task<RequestResult> WriteAsync(
        ImmutableArray<KeyOperation> operations,
        ImmutableArray<WriteCondition> conditions,
        TraceContext? trace,
        CancellationToken cancellationToken,
        string? operationId = null)
    {
        var writing = await BeginAsync(operations, conditions, trace, cancellationToken, operationId).ConfigureAwait(false);
        return await writing.ConfigureAwait(false);
    }

    /// <summary>
    /// The same in two steps: once the outer task is done the write has its place in the order of this replica's writes, before every later one;
    /// the inner task gives its durable answer.
    /// </summary>
    /// <param name="turn">Released when the write is answered; not if this throws.</param>
    public async ValueTask<Task<RequestResult>> BeginAsync(
        ImmutableArray<KeyOperation> operations,
        ImmutableArray<WriteCondition> conditions,
        TraceContext? trace,
        CancellationToken cancellationToken,
        string? operationId = null,
        SemaphoreSlim? turn = null)
    {
        if (operations is [var only])
        {
            if (_leases.TryEnter(only.Key, out var isAtKey))
            {
                return await QueueAsync(new PendingWrite(this, only.Key, isAtKey, null, turn), operations, conditions, trace, operationId).ConfigureAwait(false);
            }

            var pass = await _leases.EnterAsync(only.Key, cancellationToken).ConfigureAwait(false);
            return await QueueAsync(new PendingWrite(this, null, false, [pass], turn), operations, conditions, trace, operationId).ConfigureAwait(false);
        }

        var passes = new List<KeyPass>();
        try
        {
            // In one order everywhere, so that two such writers never wait for each other.
            foreach (var key in operations.Select(operation => operation.Key).Distinct().Order(StringComparer.Ordinal))
            {
                passes.Add(await _leases.EnterAsync(key, cancellationToken).ConfigureAwait(false));
            }
        }
        catch
        {
            passes.ForEach(pass => pass.Dispose());
            throw;
        }

        return await QueueAsync(new PendingWrite(this, null, false, passes, turn), operations, conditions, trace, operationId).ConfigureAwait(false);
    }

    /// <summary>The same for the holder of the key's lease, who waits for nobody.</summary>
    public Task<RequestResult> WriteAsync(KeyLease lease, KeyOperation operation, TraceContext? trace) => WriteAsync(lease, operation, [], trace);

    /// <summary>The same with conditions: a lease holds back the writers of this replica, not what comes from others.</summary>
    public Task<RequestResult> WriteAsync(KeyLease lease, KeyOperation operation, ImmutableArray<WriteCondition> conditions, TraceContext? trace)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(operation);
        return lease.Key == operation.Key
            ? WriteAsync([operation], conditions, trace)
            : throw new ArgumentException("The lease is for another key.", nameof(lease));
    }

    private async Task<RequestResult> WriteAsync(ImmutableArray<KeyOperation> operations, ImmutableArray<WriteCondition> conditions, TraceContext? trace)
    {
        var writing = await QueueAsync(new PendingWrite(this, null, false, null, null), operations, conditions, trace, null).ConfigureAwait(false);
        return await writing.ConfigureAwait(false);
    }

    private async ValueTask<Task<RequestResult>> QueueAsync(
        PendingWrite pending, ImmutableArray<KeyOperation> operations, ImmutableArray<WriteCondition> conditions, TraceContext? trace, string? operationId)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > options.WritesMax)
            {
                throw new OverloadedException($"{options.WritesMax} writes wait already; try again shortly.");
            }

            // Never cancelled: whoever waits for the key next must not start before this write is in the root or has failed.
            await node.SubmitAsync(pending, new WriteRequest(pending, operations, conditions, trace, operationId), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            pending.Fail(exception);
        }

        return pending.Task;
    }

    /// <summary>A write on its way, with all that it holds: nobody has to wake up only to give that back.</summary>
    /// <param name="entered">The key that was entered, if it was without a pass.</param>
    /// <param name="isAtKey">Where it is counted then.</param>
    private sealed class PendingWrite(KeyWriter writer, string? entered, bool isAtKey, List<KeyPass>? passes, SemaphoreSlim? turn) : PendingRequest
    {
        protected override void Release()
        {
            Interlocked.Decrement(ref writer._running);
            if (entered is not null)
            {
                writer._leases.Leave(entered, isAtKey);
            }

            passes?.ForEach(static pass => pass.Dispose());
            turn?.Release();
        }
    }
}
