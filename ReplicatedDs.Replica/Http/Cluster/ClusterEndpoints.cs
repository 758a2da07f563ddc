using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>What a replica tells about itself and its peers.</summary>
internal static class ClusterEndpoints
{
    private const string Tag = "Cluster";

    public static void MapCluster(this IEndpointRouteBuilder app)
    {
        app.MapGet("/clock", (IReplicaNode node) =>
            {
                var self = node.RequireServing().Id;
                return Views.Ok(new ClockView(self.Value, node.State.Delivered.ToView()), ApiJson.Relaxed.ClockView);
            })
            .Describe(Tag, "The delivered clock", "How many updates of each replica this one has made visible.")
            .Produces<ClockView>()
            .Fails(ProblemKinds.NotReady);

        app.MapGet("/pending", async (HttpRequest request, IReplicaNode node, PendingViews pending, CancellationToken cancellationToken) =>
            {
                var self = node.RequireServing().Id;
                return Views.Ok(await pending.ListAsync(self, request.Query["limit"].ToString(), cancellationToken).ConfigureAwait(false), ApiJson.Relaxed.PendingView);
            })
            .Describe(Tag, "The delivery buffer", "Updates that have arrived and wait, each with the exact dots that it waits for. count is the number of all of them.")
            .TakesQuery("limit", "How many to list at most, by origin and counter: 0 to 10000, default 1000.")
            .Produces<PendingView>()
            .Fails(ProblemKinds.BadRequest, ProblemKinds.NotReady);

        app.MapGet("/pending/{dot}/why", async (string dot, IReplicaNode node, PendingViews pending, CancellationToken cancellationToken) =>
            {
                node.RequireServing();
                return Views.Ok(await pending.WhyAsync(dot, cancellationToken).ConfigureAwait(false), ApiJson.Relaxed.PendingWhyView);
            })
            .Describe(Tag, "Why an update waits", "Who holds each missing dot, and what is being done about it.")
            .Produces<PendingWhyView>()
            .Fails(ProblemKinds.NotPending, ProblemKinds.BadRequest, ProblemKinds.NotReady);

        app.MapGet("/stable", async (IReplicaNode node, StableViews stable, CancellationToken cancellationToken) =>
            {
                node.RequireServing();
                return Views.Ok(await stable.GetAsync(cancellationToken).ConfigureAwait(false), ApiJson.Relaxed.StableView);
            })
            .Describe(Tag, "The stable vector", "What every member has applied, as far as this replica knows, and which members hold it back.")
            .Produces<StableView>()
            .Fails(ProblemKinds.NotReady);

        app.MapGet("/members", async (IReplicaNode node, MemberViews members, CancellationToken cancellationToken) =>
            {
                var self = node.RequireServing().Id;
                return Views.Ok(await members.GetAsync(self, cancellationToken).ConfigureAwait(false), ApiJson.Relaxed.MembersView);
            })
            .Describe(Tag, "The members", "Every member that was ever admitted, with state, addresses and what it last announced.")
            .Produces<MembersView>()
            .Fails(ProblemKinds.NotReady);

        app.MapGet("/status", async (StatusViews status, CancellationToken cancellationToken) =>
                Views.Ok(await status.GetAsync(cancellationToken).ConfigureAwait(false), ApiJson.Relaxed.StatusView))
            .Describe(Tag, "This replica", "Identity, version, uptime, counters, durability and disk. It answers in every phase.")
            .Produces<StatusView>();
    }
}
