using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Plain keys.</summary>
internal static class KvEndpoints
{
    private const string Tag = "Keys";

    public static void MapKv(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/kv/{key}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, KvReads reads) => reads.GetAsync(context))
            .Describe(
                Tag,
                "Read a key",
                "The winner's bytes and content type. ETag is its dot; Siblings says how many concurrent versions there are (1: no conflict). With siblings the ETag lists all dots.")
            .TakesQuery("siblings", "all: every version as JSON, the winner first.")
            .TakesHeader("If-None-Match", "Answers 304 if the ETag is still this one.")
            .InSession()
            .Produces<byte[]>(contentType: "application/octet-stream")
            .Produces<SiblingsView>()
            .Fails(ProblemKinds.NoSuchKey, ProblemKinds.BadRequest);

        app.MapPut("/kv/{key}", (HttpContext context, KvWrites writes) => writes.PutAsync(context))
            .Describe(Tag, "Write a key", "Durable when answered. Supersedes every version that this replica shows. The clock in the answer is what the write depends on, and the write.")
            .TakesBody("*/*", "The value, of any content type; 1 MiB at most unless configured otherwise.")
            .TakesHeader("If-Match", "Only if the key has exactly this version at this replica: a dot in quotes.")
            .TakesHeader("If-None-Match", "*: only if the key has no value at this replica.")
            .InSession()
            .Produces<WriteView>()
            .Fails([.. Refusable, ProblemKinds.BadRequest, ProblemKinds.TooLarge, ProblemKinds.UnsupportedContentEncoding, ProblemKinds.SlowRequest]);

        app.MapDelete("/kv/{key}", (HttpContext context, KvWrites writes) => writes.DeleteAsync(context))
            .Describe(Tag, "Delete a key", "Leaves a tombstone that competes like a write. Deleting what is not there is no error.")
            .TakesHeader("If-Match", "Only if the key has exactly this version at this replica: a dot in quotes.")
            .InSession()
            .Produces<WriteView>()
            .Fails(Refusable);

        app.MapGet("/kv/{key}/replicas", (HttpContext context, KvFind find) => find.GetAsync(context))
            .Describe(Tag, "Find a key", "What every member holds for the key: present, absent or unreachable, with the dot, the SHA-256 of the value and the number of siblings.")
            .TakesQuery("scope", "here: only this replica.")
            .InSession()
            .Produces<KeyReplicasView>()
            .Fails(ProblemKinds.BadRequest);
    }

    private static ProblemKind[] Refusable =>
    [
        ProblemKinds.BadCondition, ProblemKinds.ConditionFailed, ProblemKinds.NotActive, ProblemKinds.Leaving, ProblemKinds.OlderCopy,
        ProblemKinds.Overloaded, ProblemKinds.KeyBusy, ProblemKinds.StorageUnavailable, ProblemKinds.StorageFull,
    ];
}
