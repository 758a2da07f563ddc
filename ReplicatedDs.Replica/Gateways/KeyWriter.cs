using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Gateways;

/// <summary>The one way in which clients' writes reach the core, whichever protocol they speak: past the key's lease, and bounded in number.</summary>
public sealed class KeyWriter(IReplicaNode node, KeyLeases leases, ApiOptions options)
{
    private int _running;

    /// <param name="cancellationToken">Gives up waiting for the key. Once the core has the write it is seen through.</param>
    /// <exception cref="KeyBusyException">The key is leased to others for too long.</exception>
    /// <exception cref="OverloadedException">Too many writes wait already.</exception>
    public async Task<RequestResult> WriteAsync(
        KeyOperation operation,
        ImmutableArray<WriteCondition> conditions,
        TraceContext trace,
        CancellationToken cancellationToken,
        string? operationId = null)
    {
        ArgumentNullException.ThrowIfNull(operation);
        using var pass = await leases.EnterAsync(operation.Key, cancellationToken).ConfigureAwait(false);
        return await SubmitAsync([operation], conditions, trace, operationId).ConfigureAwait(false);
    }

    /// <summary>The same for several operations that happen together or not at all.</summary>
    public async Task<RequestResult> WriteAsync(
        ImmutableArray<KeyOperation> operations,
        ImmutableArray<WriteCondition> conditions,
        TraceContext trace,
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
    public async ValueTask<Task<RequestResult>> BeginAsync(
        ImmutableArray<KeyOperation> operations,
        ImmutableArray<WriteCondition> conditions,
        TraceContext trace,
        CancellationToken cancellationToken,
        string? operationId = null)
    {
        if (operations is [var only])
        {
            var pass = await leases.EnterAsync(only.Key, cancellationToken).ConfigureAwait(false);
            return FinishAsync(pass, SubmitAsync(operations, conditions, trace, operationId));
        }

        var passes = new List<KeyPass>();
        try
        {
            // In one order everywhere, so that two such writers never wait for each other.
            foreach (var key in operations.Select(operation => operation.Key).Distinct().Order(StringComparer.Ordinal))
            {
                passes.Add(await leases.EnterAsync(key, cancellationToken).ConfigureAwait(false));
            }
        }
        catch
        {
            passes.ForEach(pass => pass.Dispose());
            throw;
        }

        return FinishAsync(passes, SubmitAsync(operations, conditions, trace, operationId));
    }

    /// <summary>The same for the holder of the key's lease, who waits for nobody.</summary>
    public Task<RequestResult> WriteAsync(KeyLease lease, KeyOperation operation, TraceContext trace) => WriteAsync(lease, operation, [], trace);

    /// <summary>The same with conditions: a lease holds back the writers of this replica, not what comes from others.</summary>
    public Task<RequestResult> WriteAsync(KeyLease lease, KeyOperation operation, ImmutableArray<WriteCondition> conditions, TraceContext trace)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(operation);
        return lease.Key == operation.Key
            ? SubmitAsync([operation], conditions, trace, null)
            : throw new ArgumentException("The lease is for another key.", nameof(lease));
    }

    private static async Task<RequestResult> FinishAsync(KeyPass pass, Task<RequestResult> writing)
    {
        using (pass)
        {
            return await writing.ConfigureAwait(false);
        }
    }

    private static async Task<RequestResult> FinishAsync(List<KeyPass> passes, Task<RequestResult> writing)
    {
        try
        {
            return await writing.ConfigureAwait(false);
        }
        finally
        {
            passes.ForEach(pass => pass.Dispose());
        }
    }

    private async Task<RequestResult> SubmitAsync(
        ImmutableArray<KeyOperation> operations, ImmutableArray<WriteCondition> conditions, TraceContext trace, string? operationId)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > options.WritesMax)
            {
                throw new OverloadedException($"{options.WritesMax} writes wait already; try again shortly.");
            }

            // Never cancelled: whoever waits for the key next must not start before this write is in the root or has failed.
            return await node.SubmitAsync(tag => new WriteRequest(tag, operations, conditions, trace, operationId), CancellationToken.None)
                .ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
