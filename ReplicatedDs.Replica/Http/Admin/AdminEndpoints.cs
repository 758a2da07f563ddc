using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Admin;

/// <summary>For operators, with the cluster key.</summary>
internal static class AdminEndpoints
{
    public const string SnapshotType = "application/vnd.replicated-ds.snapshot.v1";

    private const string Tag = "Operator";

    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        app.MapPost("/admin/leave", LeaveAsync)
            .Describe(
                Tag,
                "Leave the cluster",
                "Issues the replica's last update and answers with its dot; the process ends when others hold everything that it wrote. Its id is never used again.")
            .Produces<LeaveView>()
            .Fails(ProblemKinds.LastMember, ProblemKinds.Leaving, ProblemKinds.NotActive, ProblemKinds.NotReady, ProblemKinds.StorageUnavailable, ProblemKinds.StorageFull);

        app.MapPost("/admin/evict/{id:int:min(1)}", EvictAsync)
            .Describe(
                Tag,
                "Declare a member dead",
                "Irrevocable. It ends when every survivor has promised to take nothing more from it; what it wrote and no survivor holds is given up. "
                + "?force=true where the survivors are no majority.")
            .Produces<EvictView>()
            .Fails(
                ProblemKinds.UnknownPeer, ProblemKinds.Conflict, ProblemKinds.NeedsForce, ProblemKinds.Leaving, ProblemKinds.NotActive, ProblemKinds.NotReady,
                ProblemKinds.StorageUnavailable, ProblemKinds.StorageFull);

        app.MapGet("/admin/snapshot", SnapshotAsync)
            .Describe(
                Tag,
                "Everything, at one causal cut",
                "All keys with their versions, the clock and the members as a stream of frames, all of one root: no effect without its cause. Clients' reads and writes go on meanwhile.")
            .Produces<byte[]>(contentType: SnapshotType)
            .Fails(ProblemKinds.NotReady);

        app.MapPost("/admin/crash", (CrashSwitch crash) => crash.Crash())
            .Describe(Tag, "Crash", "Kills the process on the spot, as a power cut would; there is no answer.");
    }

    private static async Task SnapshotAsync(HttpContext context, IReplicaNode node)
    {
        node.RequireServing();
        context.Response.ContentType = SnapshotType;
        await node.WriteSnapshotAsync(context.Response.Body, static node => node.State, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<IResult> EvictAsync(int id, IReplicaNode node, bool force = false)
    {
        node.RequireServing();
        var result = await node.SubmitAsync(tag => new EvictRequest(tag, new ReplicaId(id), force), CancellationToken.None).ConfigureAwait(false);
        return result switch
        {
            Evicting evicting => Views.Ok(
                new EvictView(
                    id,
                    evicting.Dot.ToString(),
                    $"What replica {id} wrote and no survivor holds is given up. It ends when every survivor has promised; if replica {id} comes back it is refused and keeps its own writes in a file."),
                ApiJson.Relaxed.EvictView),
            Refused refused => refused.ToProblem(),
            _ => throw new InvalidOperationException($"An eviction was answered with {result}."),
        };
    }

    private static async Task<IResult> LeaveAsync(IReplicaNode node)
    {
        var self = node.RequireServing().Id;
        var result = await node.SubmitAsync(tag => new LeaveRequest(tag), CancellationToken.None).ConfigureAwait(false);
        return result switch
        {
            Leaving leaving => Views.Ok(new LeaveView(self.Value, leaving.Dot.ToString()), ApiJson.Relaxed.LeaveView),
            Refused refused => refused.ToProblem(),
            _ => throw new InvalidOperationException($"A leave was answered with {result}."),
        };
    }
}
