using System.Diagnostics;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>All places of a cluster, and at which of them nobody answered lately. Nobody tells it of faults: it learns like any client. Safe from any thread.</summary>
internal sealed class Roster
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    private readonly ICluster _cluster;
    private readonly long[] _restsUntil;
    private volatile Dictionary<int, int> _placeOfId = [];

    public Roster(ICluster cluster)
    {
        _cluster = cluster;
        Places = [.. cluster.Slots.Select((slot, i) => new Place(i, slot.Name, new Uri(slot.Http!), IPEndPoint.Parse(slot.Resp!), cluster.AccessKey))];
        _restsUntil = new long[Places.Count];
    }

    public IReadOnlyList<Place> Places { get; }

    /// <summary>A place other than <paramref name="last"/>, rather one that answered lately.</summary>
    public Place Next(Random random, Place? last)
    {
        var now = Stopwatch.GetTimestamp();
        var start = random.Next(Places.Count);
        Place? resting = null;
        for (var i = 0; i < Places.Count; i++)
        {
            var place = Places[(start + i) % Places.Count];
            if (place == last)
            {
                continue;
            }

            if (Volatile.Read(ref _restsUntil[place.Number]) <= now)
            {
                return place;
            }

            resting ??= place;
        }

        return resting ?? last!;
    }

    public void Failed(Place place) => Volatile.Write(ref _restsUntil[place.Number], Stopwatch.GetTimestamp() + (long)(Rest.TotalSeconds * Stopwatch.Frequency));

    /// <summary>The place in which the replica with that id lives or lived; <c>null</c> if it is not known.</summary>
    public Place? OfId(int id)
    {
        if (!_placeOfId.ContainsKey(id))
        {
            // A new id: somebody joined. What is known stays, so that late answers find the places of those who left.
            var known = new Dictionary<int, int>(_placeOfId);
            foreach (var (slot, number) in _cluster.Slots.Select((slot, i) => (slot, i)))
            {
                if (slot.Id is { } one)
                {
                    known[one] = number;
                }
            }

            _placeOfId = known;
        }

        return _placeOfId.TryGetValue(id, out var place) ? Places[place] : null;
    }
}
