using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ReplicatedDs.Dashboard.Tests.StandIn;

/// <summary>
/// Sends the spans of updates as replicas do: by the real OpenTelemetry exporter, one provider per replica, at times that a test chooses.
/// </summary>
internal sealed class StandInSpans : IDisposable
{
    private readonly Dictionary<int, (ActivitySource Source, TracerProvider Provider)> _replicas = [];
    private readonly Dictionary<string, ActivityContext> _writes = [];

    /// <param name="receiver">The dashboard's address.</param>
    /// <param name="key">What it wants to see.</param>
    public StandInSpans(Uri receiver, string key, int replicas = 3)
    {
        Members = string.Join(' ', Enumerable.Range(1, replicas));
        for (var id = 1; id <= replicas; id++)
        {
            var source = new ActivitySource($"stand-in-{Guid.NewGuid():N}");
            var provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService($"replica-{id}"))
                .AddSource(source.Name)
                .AddOtlpExporter(Guid.NewGuid().ToString("N"), options =>
                {
                    options.Protocol = OtlpExportProtocol.HttpProtobuf;
                    options.Endpoint = new Uri(receiver, "/v1/traces");
                    options.Headers = "x-otlp-api-key=" + key;
                    options.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 100;
                })
                .Build();
            _replicas[id] = (source, provider);
        }
    }

    /// <summary>Ids of the members, as the spans of writes carry them.</summary>
    public string Members { get; set; }

    /// <summary>The trace of a write that was made here.</summary>
    public string TraceOf(string dot) => _writes[dot].TraceId.ToHexString();

    /// <summary>A write under the span of the request that made it. With <paramref name="sameTraceAs"/>, of one client that traces across requests.</summary>
    public void Write(string dot, string key, DateTimeOffset at, double ms = 0.6, string? sameTraceAs = null)
    {
        var replica = Replica(dot);
        var source = _replicas[replica].Source;
        var parent = sameTraceAs is null ? default : _writes[sameTraceAs];
        Activity.Current = null;
        using (var request = source.StartActivity("PUT /kv/{key}", ActivityKind.Server, parent, startTime: at.AddMilliseconds(-0.4))!)
        {
            _writes[dot] = request.Context;
            var span = Start("write update", ActivityKind.Producer, replica, dot, key, at);
            span.SetTag("replicated_ds.dependencies", "{}");
            span.SetTag("replicated_ds.members", Members);
            End(span, at.AddMilliseconds(ms));
            request.SetEndTime(at.AddMilliseconds(ms + 0.3).UtcDateTime);
        }
    }

    /// <summary>It arrived and waits.</summary>
    public void Buffer(string dot, string key, int at, DateTimeOffset arrived, params string[] missing)
    {
        var span = Start("buffer update", ActivityKind.Consumer, at, dot, key, arrived);
        span.SetTag("replicated_ds.peer", Replica(dot));
        span.SetTag("replicated_ds.missing", string.Join(' ', missing));
        End(span, arrived);
    }

    /// <summary>It became visible, at once or after waiting.</summary>
    public void Apply(string dot, string key, int at, DateTimeOffset arrived, double waitedMs = 0, params string[] missing)
    {
        var freed = arrived.AddMilliseconds(waitedMs);
        var span = Start("apply update", ActivityKind.Consumer, at, dot, key, arrived);
        span.SetTag("replicated_ds.peer", Replica(dot));
        span.SetTag("replicated_ds.waited", missing.Length > 0);
        if (missing.Length > 0)
        {
            var links = missing.Where(_writes.ContainsKey).Select(one => new ActivityLink(_writes[one], new ActivityTagsCollection { ["replicated_ds.dot"] = one }));
            var wait = _replicas[at].Source.StartActivity("wait for dependencies", ActivityKind.Internal, span.Context, links: links, startTime: arrived)!;
            wait.SetTag("replicated_ds.missing", string.Join(' ', missing));
            End(wait, freed);
        }

        End(span, freed.AddMilliseconds(0.5));
    }

    public void Flush()
    {
        foreach (var (_, provider) in _replicas.Values)
        {
            if (!provider.ForceFlush(10_000))
            {
                throw new InvalidOperationException("The exporter could not send its spans.");
            }
        }
    }

    public void Dispose()
    {
        foreach (var (source, provider) in _replicas.Values)
        {
            provider.Dispose();
            source.Dispose();
        }
    }

    private static int Replica(string dot) => int.Parse(dot[..dot.IndexOf('#', StringComparison.Ordinal)], CultureInfo.InvariantCulture);

    private static void End(Activity span, DateTimeOffset at)
    {
        span.SetEndTime(at.UtcDateTime);
        span.Dispose();
    }

    private Activity Start(string name, ActivityKind kind, int replica, string dot, string key, DateTimeOffset at)
    {
        var parent = _writes[dot];
        var span = _replicas[replica].Source.StartActivity(
            name, kind, new ActivityContext(parent.TraceId, parent.SpanId, ActivityTraceFlags.Recorded, isRemote: true), startTime: at)!;
        span.SetTag("replicated_ds.dot", dot);
        span.SetTag("replicated_ds.origin", Replica(dot));
        span.SetTag("replicated_ds.replica", replica);
        span.SetTag("replicated_ds.replica_name", $"replica-{replica}");
        span.SetTag("replicated_ds.keys", new[] { key });
        return span;
    }
}
