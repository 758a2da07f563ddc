using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Writes of one key.</summary>
internal sealed class KvWrites(IReplicaNode node, KeyWriter writer, ApiOptions options)
{
    private const int ContentTypeMax = 256;

    /// <summary><c>PUT /kv/{key}</c>.</summary>
    public async Task<IResult> PutAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var conditions = ETags.Conditions(context.Request, request.Key!);
        if (context.Request.Headers.ContentRange.Count > 0)
        {
            throw new ProblemException(ProblemKinds.BadRequest, "A part of a value cannot be written; leave out Content-Range.");
        }

        var contentType = context.Request.ContentType;
        if (contentType?.Length > ContentTypeMax)
        {
            throw new ProblemException(ProblemKinds.BadRequest, $"The content type has {contentType.Length} characters; at most {ContentTypeMax} are kept.");
        }

        var value = await RequestBody.ReadAsync(context, options.ValueBytesMax).ConfigureAwait(false);
        return await WriteAsync(context, request, new SetOperation(request.Key!, value, contentType), conditions).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /kv/{key}</c>.</summary>
    public Task<IResult> DeleteAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        return WriteAsync(context, request, new DeleteOperation(request.Key!), ETags.Conditions(context.Request, request.Key!));
    }

    private async Task<IResult> WriteAsync(
        HttpContext context, KvRequest request, KeyOperation operation, ImmutableArray<WriteCondition> conditions)
    {
        await node.CoverAsync(context, request).ConfigureAwait(false);
        var result = await writer.WriteAsync(operation, conditions, Traces.Current(), context.RequestAborted).ConfigureAwait(false);
        switch (result)
        {
            case Written written:
                request.Saw(written.Clock);
                context.Response.Headers.ETag = ETags.Of([written.Dot]);
                return Views.Ok(new WriteView(request.Key!, written.Dot.ToString(), written.Clock.ToView()), ApiJson.Relaxed.WriteView);
            case ConditionFailed failed:
                request.Saw(node.State.Delivered);
                return ToProblem(failed);
            case Refused refused:
                return refused.ToProblem();
            default:
                throw new InvalidOperationException($"A write was answered with {result}.");
        }
    }

    private static Problem ToProblem(ConditionFailed failed)
    {
        var etag = ETags.Of(failed.Current);
        return new Problem(
            ProblemKinds.ConditionFailed,
            failed.Current switch
            {
                [] => "The key has no value here.",
                [var only] => $"The key's value here is that of {only}.",
                _ => $"The key has {failed.Current.Length} siblings here; a write without a condition resolves them.",
            })
        {
            Extensions = [("current", failed.Current.ToView())],
            Headers = failed.Current.IsEmpty ? [] : [("ETag", etag)],
        };
    }
}
