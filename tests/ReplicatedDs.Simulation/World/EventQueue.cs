namespace ReplicatedDs.Simulation.World;

/// <summary>The one queue of everything that will happen: virtual microseconds, ties in the order in which they were scheduled.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (long At, long Sequence)> _queue = new();
    private long _sequence;

    /// <summary>Virtual microseconds since the run began.</summary>
    public long Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Taken { get; private set; }

    public int Count => _queue.Count;

    public void Schedule(long delay, Action action)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        _queue.Enqueue(action, (Now + delay, _sequence++));
    }

    /// <summary>Lets the next event happen; false if there is none.</summary>
    public bool RunNext()
    {
        if (!_queue.TryDequeue(out var action, out var key))
        {
            return false;
        }

        Now = key.At;
        Taken++;
        action();
        return true;
    }
}
