using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Reads of one key. Each uses one root, so value, siblings and token belong together.</summary>
internal sealed class KvReads(IReplicaNode node, TimeProvider time)
{
    /// <summary><c>GET</c> and <c>HEAD /kv/{key}</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var wantsSiblings = WantsSiblings(context.Request);
        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        var state = root.Keys.Find(request.Key!);
        RecordRead(request.Key!, state?.Winner.Dot);

        if (state is not null)
        {
            context.Response.Headers["Siblings"] = state.SiblingCount.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Value-Type"] = Types.NameOf(state.Kind);
        }

        context.Response.Headers.CacheControl = "no-store";
        if (state is null || (!state.IsPresent && (!wantsSiblings || state.SiblingCount <= 1)))
        {
            return new Problem(ProblemKinds.NoSuchKey, state is { IsPresent: false } ? "The key was deleted." : "The key was never written, as far as this replica has applied.");
        }

        var etag = ETags.Of(state);
        context.Response.Headers.ETag = etag;
        if (wantsSiblings)
        {
            state = await node.WithValuesAsync(request.Key!, state, context.RequestAborted).ConfigureAwait(false);
            return Views.Ok(new SiblingsView(request.Key!, [.. Entries.Siblings(state)]), ApiJson.Relaxed.SiblingsView);
        }

        return ETags.MatchesAny(context.Request.Headers.IfNoneMatch, etag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new ValueResult(HttpMethods.IsHead(context.Request.Method) ? state : await node.WithValuesAsync(request.Key!, state, context.RequestAborted).ConfigureAwait(false));
    }

    /// <summary><c>GET /kv/{key}/members</c>.</summary>
    public async Task<IResult> MembersAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        var state = root.Keys.Find(request.Key!);
        RecordRead(request.Key!, state?.Winner.Dot);
        context.Response.Headers.CacheControl = "no-store";
        switch (state?.Kind ?? ValueKind.Absent)
        {
            case ValueKind.Absent:
                return new Problem(ProblemKinds.NoSuchKey, "The key has no members, as far as this replica has applied.");
            case ValueKind.Set:
                context.Response.Headers.ETag = ETags.Of(state!);
                return Views.Ok(new SetView(request.Key!, [.. state!.Members.Names]), ApiJson.Relaxed.SetView);
            case var kind:
                return Types.Problem(request.Key!, kind);
        }
    }

    /// <summary>Tells the telemetry feed of a read.</summary>
    public void RecordRead(string key, Dot? dot) => node.Events.AddRead(time, key, dot);

    private static bool WantsSiblings(HttpRequest request) => request.Query["siblings"] switch
    {
        { Count: 0 } => false,
        ["all"] => true,
        var other => throw new ProblemException(ProblemKinds.BadRequest, $"siblings is '{other}'; it can only be all."),
    };
}
