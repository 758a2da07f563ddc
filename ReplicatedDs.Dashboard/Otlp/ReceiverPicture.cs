namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>The receiver's counts at one moment.</summary>
/// <param name="LastAt">When telemetry was taken last; <c>null</c>: never.</param>
/// <param name="LastRefusal">Why the last request that was not taken was not.</param>
internal sealed record ReceiverPicture(
    long Spans, long RejectedSpans, long MetricPoints, long LogRecords, long RefusedRequests, string? LastRefusal, DateTimeOffset? LastAt);
