using ReplicatedDs.Replica.Http.Admin;
using ReplicatedDs.Replica.Http.Cluster;
using ReplicatedDs.Replica.Http.Events;
using ReplicatedDs.Replica.Http.Health;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Lab;
using ReplicatedDs.Replica.Http.Listing;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Http.Snapshots;
using ReplicatedDs.Replica.Http.Transactions;
using ReplicatedDs.Replica.Http.Watch;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.ServiceDefaults;

namespace ReplicatedDs.Replica.Http;

/// <summary>The HTTP API.</summary>
public static class ApiEndpoints
{
    /// <summary>
    /// Maps every call, behind the middleware that it needs. Endpoints mapped elsewhere pass through the same middleware, so they need
    /// an entry in <see cref="RouteRules"/>.
    /// </summary>
    public static WebApplication MapReplicaApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        // Traffic between replicas has spans of its own per update; one per heartbeat would drown them.
        app.UseServerSpans(app.Services.GetRequiredService<IReplicaNode>().IsTraced, "/replication");
        app.Use(AddSecurityHeaders);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<KvMiddleware>();
        app.UseRouting();
        app.UseMiddleware<RequestGuard>();

        app.MapKv();
        app.MapTransactions();
        app.MapSnapshots();
        app.MapListing();
        app.MapWatch();
        app.MapCluster();
        app.MapEvents();
        app.MapHealth();
        app.MapAdmin();
        app.MapLab();
        app.MapOpenApi();
        return app;
    }

    private static Task AddSecurityHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(context);
    }
}
