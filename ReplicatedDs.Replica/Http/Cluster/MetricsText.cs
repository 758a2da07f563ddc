using System.Globalization;
using System.Text;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>The counters in Prometheus' text format, version 0.0.4.</summary>
internal sealed class MetricsText(IReplicaNode node, StatusViews status)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary><c>GET /metrics</c>.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        var counters = await status.CountersAsync(cancellationToken).ConfigureAwait(false);
        var text = new StringBuilder();
        Append(text, "gauge", "ready", "1 when the replica is caught up, else 0.", node.Phase == NodePhase.Ready ? 1 : 0);
        Append(text, "gauge", "keys", "Keys held, tombstones included.", counters.Keys);
        Append(text, "gauge", "pending_updates", "Updates that arrived and wait for others.", counters.Pending);
        Append(text, "counter", "writes_total", "Writes accepted here.", counters.Writes);
        Append(text, "counter", "reads_total", "Reads answered here.", counters.Reads);
        Append(text, "counter", "applied_updates_total", "Updates of others made visible here.", counters.Applied);
        Append(text, "counter", "buffered_updates_total", "Updates that had to wait on arrival.", counters.Buffered);
        Append(text, "counter", "prevented_violations_total", "Updates that would have been visible before a cause, and waited instead.", counters.Prevented);
        Append(text, "counter", "duplicate_updates_total", "Updates that arrived again.", counters.Duplicates);
        Append(text, "counter", "dropped_updates_total", "Updates dropped on arrival or on a faulty link; they are fetched again.", counters.Dropped);
        var quarantined = await status.QuarantinedAsync(cancellationToken).ConfigureAwait(false);
        Append(text, "gauge", "quarantined_origins", "Replicas whose updates cannot be taken here at present: /status says why.", quarantined.Count);
        Append(text, "gauge", "heap_bytes", "Managed memory after the last collection; 0 before the first.", GC.GetGCMemoryInfo().HeapSizeBytes);
        if (node.Values?.Status is { } values)
        {
            Append(text, "gauge", "unconfirmed_value_bytes", "Bytes of the log whose values the Redis Cluster has not confirmed.", values.UnconfirmedBytes);
            Append(text, "gauge", "values_are_taken", "1 while the Redis Cluster takes and confirms values, else 0: /status says why.", values.Problem is null ? 1 : 0);
            Append(text, "counter", "value_failovers_total", "Times a slot of the Redis Cluster had another master.", values.Failovers);
            Append(text, "counter", "rewritten_values_total", "Values that the Redis Cluster had lost and that came from the log.", values.Rewritten);
            Append(text, "counter", "missing_values_total", "Reads of a value that neither the Redis Cluster nor the log had.", values.Missing);
        }

        AppendDelivered(text);
        return text.ToString();
    }

    private void AppendDelivered(StringBuilder text)
    {
        text.Append("# HELP replicated_ds_delivered_updates Updates of each replica made visible here.\n# TYPE replicated_ds_delivered_updates gauge\n");
        foreach (var (replica, counter) in node.State.Delivered)
        {
            text.Append(CultureInfo.InvariantCulture, $"replicated_ds_delivered_updates{{origin=\"{replica}\"}} {counter}\n");
        }
    }

    private static void Append(StringBuilder text, string type, string name, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP replicated_ds_{name} {help}\n# TYPE replicated_ds_{name} {type}\nreplicated_ds_{name} {value}\n");
}
