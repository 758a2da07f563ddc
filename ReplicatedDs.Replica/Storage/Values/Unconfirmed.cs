namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>How many bytes of the log lie behind the confirmed position. Not thread-safe.</summary>
internal sealed class Unconfirmed
{
    private readonly Queue<(long Position, long Bytes)> _appends = new();

    // What was counted up to here is not counted again, though an append tells of it.
    private long _counted;

    public long Bytes { get; private set; }

    /// <summary>Starts anew with the rows that are there.</summary>
    public void Reset(IEnumerable<(long Position, long Bytes)> rows)
    {
        _appends.Clear();
        Bytes = 0;
        foreach (var (position, bytes) in rows)
        {
            Count(position, bytes);
        }
    }

    public void Appended(long position, long bytes)
    {
        if (position > _counted)
        {
            Count(position, bytes);
        }
    }

    public void Confirmed(long position)
    {
        while (_appends.TryPeek(out var oldest) && oldest.Position <= position)
        {
            Bytes -= _appends.Dequeue().Bytes;
        }
    }

    private void Count(long position, long bytes)
    {
        _appends.Enqueue((position, bytes));
        Bytes += bytes;
        _counted = position;
    }
}
