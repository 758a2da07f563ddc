using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>Requests that wait until the published root covers the clock of their token. Safe from any thread.</summary>
internal sealed class CoverageWaiters
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(VectorClock Clock, TaskCompletionSource<ReplicaState> Done)> _waiters = [];

    /// <param name="current">Gives the published root; asked again once the waiter is registered, so that no publication is missed.</param>
    public async ValueTask<ReplicaState?> WaitAsync(VectorClock clock, Func<ReplicaState> current, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (current() is var state && state.Delivered.Covers(clock))
        {
            return state;
        }

        if (timeout <= TimeSpan.Zero)
        {
            return null;
        }

        var done = new TaskCompletionSource<ReplicaState>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<(VectorClock, TaskCompletionSource<ReplicaState>)> node;
        lock (_gate)
        {
            node = _waiters.AddLast((clock, done));
        }

        try
        {
            state = current();
            return state.Delivered.Covers(clock) ? state : await done.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_gate)
            {
                if (node.List is not null)
                {
                    _waiters.Remove(node);
                }
            }
        }
    }

    public void Published(ReplicaState state)
    {
        lock (_gate)
        {
            for (var node = _waiters.First; node is not null;)
            {
                var next = node.Next;
                if (state.Delivered.Covers(node.Value.Clock))
                {
                    _waiters.Remove(node);
                    node.Value.Done.SetResult(state);
                }

                node = next;
            }
        }
    }
}
