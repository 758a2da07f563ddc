using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// The cluster's events in the one order in which the collector got to know of them, numbered from 1, the newest <c>capacity</c> of
/// them. Their kinds are those of the replicas, and <c>Kill</c> and <c>Stop</c>, which only the collector can tell. Any number of readers, each with a
/// position of its own; a reader that falls behind is told how much it missed. All members may be called from any thread.
/// </summary>
internal sealed class EventLog(int capacity, TimeProvider time)
{
    private static readonly Dictionary<string, long> NoDependencies = [];

    private readonly Lock _lock = new();
    private readonly EventView[] _ring = new EventView[capacity];
    private long _last;

    /// <summary>Pulses when events were added.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>The number of the newest event, 0 if there is none.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>The number of the oldest event that is kept, 1 if there is none.</summary>
    public long Oldest => Math.Max(1, Last - capacity + 1);

    /// <summary>Adds an event of a replica's feed, under the collector's own number. What a replica left out is empty, not <c>null</c>.</summary>
    public void Append(EventView source) =>
        Add(n => source with { N = n, Keys = source.Keys ?? [], Deps = source.Deps ?? NoDependencies, Missing = source.Missing ?? [] });

    /// <summary>Adds something that the collector itself found out.</summary>
    public void Append(int replica, string kind, string detail)
    {
        var t = time.GetUtcNow().Ticks / 10 - DateTimeOffset.UnixEpoch.Ticks / 10;
        Add(n => new EventView(n, t, replica, null, kind, null, [], NoDependencies, [], false, null, detail, null));
    }

    /// <summary>The events after number <paramref name="after"/>, the oldest first, at most <paramref name="most"/>.</summary>
    public EventBatch ReadAfter(long after, int most)
    {
        lock (_lock)
        {
            var first = Math.Max(after + 1, Math.Max(1, _last - capacity + 1));
            var count = (int)Math.Min(most, _last - first + 1);
            if (count <= 0)
            {
                return EventBatch.Empty;
            }

            var events = new EventView[count];
            for (var i = 0; i < count; i++)
            {
                events[i] = _ring[(first + i) % capacity];
            }

            return new EventBatch(events, first - after - 1);
        }
    }

    private void Add(Func<long, EventView> create)
    {
        lock (_lock)
        {
            var n = _last + 1;
            _ring[n % capacity] = create(n);
            Volatile.Write(ref _last, n);
        }

        Changed.Pulse();
    }
}
