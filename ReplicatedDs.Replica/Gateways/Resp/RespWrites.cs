using System.Collections.Immutable;
using System.Diagnostics;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// The writes of all RESP connections. Pipelines wait here for their turn instead of being refused: at most half of the writes that the replica
/// takes at once are theirs. Safe from any thread.
/// </summary>
internal sealed class RespWrites(KeyWriter writer, KeyLeases leases, ApiOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(Math.Max(1, options.WritesMax / 2));

    public ValueTask<KeyLease> LeaseAsync(string key, CancellationToken cancellationToken) => leases.LeaseAsync(key, cancellationToken);

    /// <summary>As <see cref="KeyWriter.BeginAsync"/>.</summary>
    /// <param name="lease">The key's lease, if the caller has it.</param>
    public async ValueTask<Task<RequestResult>> BeginAsync(
        ImmutableArray<KeyOperation> operations, ImmutableArray<WriteCondition> conditions, KeyLease? lease, CancellationToken cancellationToken)
    {
        var held = lease?.TryBeginWrite() == true ? lease : null;
        var turn = held is null ? _turns : null; // the holder needs none: those who have one may wait for the lease
        if (turn is not null)
        {
            await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        var activity = Traces.Source.StartActivity("resp write", ActivityKind.Server);
        try
        {
            var writing = held is not null
                ? writer.WriteAsync(held, operations[0], conditions, Traces.Current())
                : await writer.BeginAsync(operations, conditions, Traces.Current(), cancellationToken, turn: turn).ConfigureAwait(false);
            return activity is null ? writing : FinishAsync(writing, activity);
        }
        catch
        {
            activity?.Dispose();
            turn?.Release();
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    private static async Task<RequestResult> FinishAsync(Task<RequestResult> writing, Activity activity)
    {
        using (activity)
        {
            return await writing.ConfigureAwait(false);
        }
    }
}
