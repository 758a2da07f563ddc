using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Snapshots;

/// <summary>Causal snapshots.</summary>
internal static class SnapshotEndpoints
{
    public static void MapSnapshots(this IEndpointRouteBuilder app) =>
        app.MapPost("/snapshot", (HttpContext context, SnapshotCalls calls) => calls.PostAsync(context))
            .Describe(
                "Keys",
                "Read several keys",
                "All at one causal cut: no update is seen in part, no effect without its cause. Keys without a value are listed as absent.")
            .TakesBody("application/json", "Up to 1024 keys.", typeof(SnapshotInput))
            .InSession()
            .Produces<SnapshotView>()
            .Fails(ProblemKinds.BadJson, ProblemKinds.TooLarge, ProblemKinds.UnsupportedContentType, ProblemKinds.UnsupportedContentEncoding, ProblemKinds.SlowRequest, ProblemKinds.ValuesUnavailable);
}
