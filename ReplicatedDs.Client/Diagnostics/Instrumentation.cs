using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ReplicatedDs.Client.Diagnostics;

/// <summary>Traces and metrics of the client.</summary>
internal static class Instrumentation
{
    public static readonly ActivitySource Source = new(ReplicatedDsClient.TelemetryName);

    private static readonly Meter Meter = new(ReplicatedDsClient.TelemetryName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "replicated_ds.client.operation.duration", "s", "How long an operation took, with all its attempts.");

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "replicated_ds.client.attempts.failed", "{attempt}", "Attempts that another one had to follow.");

    public static void Done(string operation, string outcome, TimeSpan duration) =>
        Duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation), new KeyValuePair<string, object?>("outcome", outcome));

    public static void AttemptFailed(string operation, string reason) =>
        Attempts.Add(1, new KeyValuePair<string, object?>("operation", operation), new KeyValuePair<string, object?>("reason", reason));
}
