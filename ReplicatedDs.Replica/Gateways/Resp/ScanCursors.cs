namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// Where scans that are under way go on: numbers for the client, keys here. Keys lie in order, so a scan finds every key that is there from
/// its beginning to its end. A scan holds two places, so that its client may ask for the last page again. Bounded: the oldest are forgotten.
/// Safe from any thread.
/// </summary>
internal sealed class ScanCursors
{
    /// <summary>Places at once.</summary>
    public const int Max = 4096;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, (string After, long Previous)> _places = [];
    private long _last;

    /// <param name="previous">The cursor with which this page was asked for; 0 at the beginning.</param>
    public long Add(string after, long previous)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(previous, out var earlier))
            {
                _places.Remove(earlier.Previous);
            }

            if (_places.Count == Max)
            {
                _places.Remove(_places.First().Key);
            }

            _places[++_last] = (after, previous);
            return _last;
        }
    }

    /// <summary>The key after which the scan goes on; <c>null</c> if the cursor is unknown or forgotten.</summary>
    public string? Find(long cursor)
    {
        lock (_gate)
        {
            return _places.TryGetValue(cursor, out var place) ? place.After : null;
        }
    }
}
