namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>What was received since the dashboard started. Safe from any thread.</summary>
internal sealed class ReceiverCounts(TimeProvider time)
{
    private readonly Lock _gate = new();
    private ReceiverPicture _current = new(0, 0, 0, 0, 0, null, null);

    public ReceiverPicture Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    public void Spans(long taken, long rejected) => Change(now => now with { Spans = now.Spans + taken, RejectedSpans = now.RejectedSpans + rejected });

    public void MetricPoints(long count) => Change(now => now with { MetricPoints = now.MetricPoints + count });

    public void LogRecords(long count) => Change(now => now with { LogRecords = now.LogRecords + count });

    /// <summary>Counts a whole request that was not taken.</summary>
    public void Refused(string sentence)
    {
        lock (_gate)
        {
            _current = _current with { RefusedRequests = _current.RefusedRequests + 1, LastRefusal = sentence };
        }
    }

    private void Change(Func<ReceiverPicture, ReceiverPicture> change)
    {
        lock (_gate)
        {
            _current = change(_current) with { LastAt = time.GetUtcNow() };
        }
    }
}
