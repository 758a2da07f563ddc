using System.Diagnostics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// The running replica as its HTTP API and gateways see it. Safe from any thread: reads use the published root without waiting for the
/// loop; everything else goes through the loop's bounded queue.
/// </summary>
public interface IReplicaNode
{
    /// <summary>Who this is; <c>null</c> until it founded, joined or recovered.</summary>
    ReplicaIdentity? Identity { get; }

    NodePhase Phase { get; }

    /// <summary>Why writes are refused, as a sentence; <c>null</c> if they are not.</summary>
    string? Refusal { get; }

    /// <summary>The published root. Each read of this property may give a later one: take it once per request.</summary>
    ReplicaState State { get; }

    /// <summary>The published root that a peer may take (<see cref="ReplicaCore.Snapshot"/>).</summary>
    ReplicaState Snapshot => State;

    /// <summary>Where the values are that the state only refers to; <c>null</c>: it has all of them itself.</summary>
    IValueStore? Values => null;

    /// <summary>A key with its values in it, wherever they are kept.</summary>
    /// <exception cref="ValuesUnavailableException">A value cannot be had now.</exception>
    ValueTask<KeyState> WithValuesAsync(string key, KeyState state, CancellationToken cancellationToken) =>
        Values is { } values ? values.WithValuesAsync(key, state, cancellationToken) : ValueTask.FromResult(state);

    /// <summary>Writes a root, the published one or <see cref="Snapshot"/>, with all values: a few at a time, and none of them is forgotten meanwhile.</summary>
    /// <param name="root">Which: it is looked at only when nothing is forgotten any more.</param>
    /// <exception cref="ValuesUnavailableException">A value cannot be had now: what is written is cut off.</exception>
    async Task WriteSnapshotAsync(Stream target, Func<IReplicaNode, ReplicaState> root, CancellationToken cancellationToken)
    {
        using var pin = Values?.Pin();
        await SnapshotCodec.WriteAsync(target, root(this), cancellationToken, Values is { } values ? values.WithValuesAsync : null).ConfigureAwait(false);
    }

    /// <summary>A root in which the values of some keys are there, wherever they are kept; else the same root.</summary>
    /// <exception cref="ValuesUnavailableException">A value cannot be had now.</exception>
    async ValueTask<ReplicaState> WithValuesAsync(ReplicaState root, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        if (Values is not { } values)
        {
            return root;
        }

        var found = keys.Distinct().Select(key => KeyValuePair.Create(key, root.Keys.Find(key)!)).Where(pair => pair.Value is { HasReferences: true }).ToList();
        return root with { Keys = root.Keys.With(await values.WithValuesAsync(found, cancellationToken).ConfigureAwait(false)) };
    }

    /// <summary>Hands a request to the loop and waits for its durable answer.</summary>
    /// <param name="request">Makes the request with the tag that the loop gives it.</param>
    /// <exception cref="StorageUnavailableException">The append failed (disk full, folder unwritable); nothing was changed.</exception>
    /// <exception cref="NodeUnavailableException">There is no core yet (joining), or it is stopping.</exception>
    Task<RequestResult> SubmitAsync(Func<object, Request> request, CancellationToken cancellationToken);

    /// <summary>
    /// The same for a request whose tag is <paramref name="pending"/>, which gets the answer. Once the result is done the request has its place in the order of
    /// this replica's requests. If it throws, there will be no answer.
    /// </summary>
    ValueTask SubmitAsync(PendingRequest pending, Request request, CancellationToken cancellationToken);

    /// <summary>Hands an input without an answer to the loop; waits only while the queue is full.</summary>
    ValueTask PostAsync(ReplicaInput input, CancellationToken cancellationToken);

    /// <summary>Waits until the published root covers <paramref name="clock"/>; <c>null</c> if that did not happen in time.</summary>
    ValueTask<ReplicaState?> WaitUntilCoveredAsync(VectorClock clock, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Runs a read-only question against the core, inside the loop.</summary>
    Task<T> InspectAsync<T>(Func<ReplicaCore, T> question, CancellationToken cancellationToken);

    /// <summary>The update with that dot if this replica delivered it and its log still has it.</summary>
    ValueTask<Update?> FindUpdateAsync(Dot dot, CancellationToken cancellationToken);

    /// <summary>The telemetry feed.</summary>
    EventRing Events { get; }

    /// <summary>Whether requests of a trace are traced, at the rate at which updates come. Safe from any thread.</summary>
    bool IsTraced(ActivityTraceId trace) => true;
}
