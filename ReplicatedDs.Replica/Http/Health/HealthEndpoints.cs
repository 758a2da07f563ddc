using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Cluster;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Health;

/// <summary>For those who watch over the process.</summary>
internal static class HealthEndpoints
{
    private const string Tag = "Health";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health", (IReplicaNode node) => node.Phase == NodePhase.Ready
                ? Views.Ok(new HealthView("ready", node.Identity?.Id.Value), ApiJson.Relaxed.HealthView)
                : node.NotReady())
            .Describe(Tag, "Readiness", "200 only when the replica reads, writes and has caught up with the peers that it can reach.")
            .Produces<HealthView>()
            .Fails(ProblemKinds.NotReady);

        app.MapGet("/alive", (IReplicaNode node) => Views.Ok(new HealthView("alive", node.Identity?.Id.Value), ApiJson.Relaxed.HealthView))
            .Describe(Tag, "Liveness", "200 while the process answers at all.")
            .Produces<HealthView>();

        app.MapGet("/metrics", async (MetricsText metrics, CancellationToken cancellationToken) =>
                TypedResults.Text(await metrics.GetAsync(cancellationToken).ConfigureAwait(false), MetricsText.ContentType))
            .Describe(Tag, "Counters", "In Prometheus' text format.")
            .Produces<string>(contentType: "text/plain");
    }
}
