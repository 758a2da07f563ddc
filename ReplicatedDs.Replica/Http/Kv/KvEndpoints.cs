using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Http.Why;

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
            .Fails(ProblemKinds.NoSuchKey, ProblemKinds.BadRequest, ProblemKinds.ValuesUnavailable);

        app.MapPut("/kv/{key}", (HttpContext context, KvWrites writes) => writes.PutAsync(context))
            .Describe(Tag, "Write a key", "Durable when answered. Supersedes every version that this replica shows. The clock in the answer is what the write depends on, and the write.")
            .TakesBody("*/*", "The value, of any content type; 1 MiB at most unless configured otherwise.")
            .TakesHeader("If-Match", "Only if the key has exactly this version at this replica: a dot in quotes.")
            .TakesHeader("If-None-Match", "*: only if the key has no value at this replica.")
            .TakesIdempotencyKey()
            .InSession()
            .Produces<WriteView>()
            .Fails([.. Refusable, ProblemKinds.BadRequest, ProblemKinds.TooLarge, ProblemKinds.UnsupportedContentEncoding, ProblemKinds.SlowRequest]);

        app.MapDelete("/kv/{key}", (HttpContext context, KvWrites writes) => writes.DeleteAsync(context))
            .Describe(Tag, "Delete a key", "Leaves a tombstone that competes like a write. Deleting what is not there is no error.")
            .TakesHeader("If-Match", "Only if the key has exactly this version at this replica: a dot in quotes.")
            .TakesIdempotencyKey()
            .InSession()
            .Produces<WriteView>()
            .Fails([.. Refusable, ProblemKinds.BadRequest]);

        app.MapPost("/kv/{key}/increment", (HttpContext context, KvWrites writes) => writes.IncrementAsync(context))
            .Describe(
                Tag,
                "Count",
                "Adds to a counter; concurrent increments add up. A key without a value counts from 0, one that holds a whole number from that. A write or delete supersedes the increments that it saw.")
            .TakesBody("application/json", "How much to add: 1 unless it says otherwise.", typeof(IncrementInput))
            .TakesHeader("If-Match", "Only if the key has exactly this version at this replica: a dot in quotes.")
            .TakesIdempotencyKey()
            .InSession()
            .Produces<IncrementView>()
            .Fails([.. Refusable, .. RefusedTypes, .. BadBodies]);

        app.MapGet("/kv/{key}/members", (HttpContext context, KvReads reads) => reads.MembersAsync(context))
            .Describe(Tag, "Read a set", "Its members, ordered by UTF-16 code units.")
            .InSession()
            .Produces<SetView>()
            .Fails(ProblemKinds.NoSuchKey, ProblemKinds.WrongType);

        app.MapPost("/kv/{key}/members", (HttpContext context, KvWrites writes) => writes.AddAsync(context))
            .Describe(Tag, "Add to a set", "A member that is added while another replica removes it stays. A key without a value becomes a set.")
            .TakesBody("application/json", "The member.", typeof(MemberInput))
            .TakesIdempotencyKey()
            .InSession()
            .Produces<MemberWriteView>()
            .Fails([.. Refusable, ProblemKinds.WrongType, .. BadBodies]);

        app.MapDelete("/kv/{key}/members/{member}", (HttpContext context, KvWrites writes) => writes.RemoveAsync(context))
            .Describe(Tag, "Remove from a set", "Takes back the additions that this replica has seen. Removing what is not there is no error; a set without members is no value.")
            .TakesIdempotencyKey()
            .InSession()
            .Produces<MemberWriteView>()
            .Fails([.. Refusable, ProblemKinds.WrongType, ProblemKinds.BadRequest]);

        app.MapGet("/kv/{key}/why", (HttpContext context, KeyWhy why) => why.GetAsync(context))
            .Describe(
                Tag,
                "Why a key is what it is",
                "Which update its value is of, what that depends on, what stands beside it and why that lost, and which members have applied it.")
            .InSession()
            .Produces<KeyWhyView>()
            .Fails(ProblemKinds.NoSuchKey);

        app.MapGet("/kv/{key}/replicas", (HttpContext context, KvFind find) => find.GetAsync(context))
            .Describe(Tag, "Find a key", "What every member holds for the key: present, absent or unreachable, with the dot, the SHA-256 of the value and the number of siblings.")
            .TakesQuery("scope", "here: only this replica.")
            .InSession()
            .Produces<KeyReplicasView>()
            .Fails(ProblemKinds.BadRequest);
    }

    /// <summary>What a body of JSON can be refused for.</summary>
    public static ProblemKind[] BadBodies =>
    [
        ProblemKinds.BadJson, ProblemKinds.BadRequest, ProblemKinds.TooLarge, ProblemKinds.UnsupportedContentType,
        ProblemKinds.UnsupportedContentEncoding, ProblemKinds.SlowRequest,
    ];

    public static ProblemKind[] RefusedTypes => [ProblemKinds.WrongType, ProblemKinds.Overflow];

    public static ProblemKind[] Refusable =>
    [
        ProblemKinds.BadCondition, ProblemKinds.ConditionFailed, ProblemKinds.NotActive, ProblemKinds.Leaving, ProblemKinds.OlderCopy,
        ProblemKinds.Forked, ProblemKinds.IdInUse, ProblemKinds.Overloaded, ProblemKinds.KeyBusy, ProblemKinds.StorageUnavailable, ProblemKinds.ValuesUnavailable, ProblemKinds.StorageFull,
    ];
}
