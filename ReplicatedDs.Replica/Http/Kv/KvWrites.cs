using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Writes of one key.</summary>
internal sealed class KvWrites(IReplicaNode node, KeyWriter writer, ApiOptions options)
{
    /// <summary>Characters of a content type at most.</summary>
    public const int ContentTypeMax = 256;

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

    /// <summary><c>POST /kv/{key}/increment</c>.</summary>
    public async Task<IResult> IncrementAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var conditions = ETags.Conditions(context.Request, request.Key!);
        var input = await RequestBody.ReadJsonAsync(context, ApiJson.Default.IncrementInput, RouteRule.SmallBody).ConfigureAwait(false);
        var (written, problem) = await WriteAsync(context, request, [new IncrementOperation(request.Key!, input.By)], conditions).ConfigureAwait(false);
        return problem ?? Views.Ok(
            new IncrementView(request.Key!, written!.Effects[0], written.Dot.ToString(), written.Clock.ToView()), ApiJson.Relaxed.IncrementView);
    }

    /// <summary><c>POST /kv/{key}/members</c>.</summary>
    public async Task<IResult> AddAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var input = await RequestBody.ReadJsonAsync(context, ApiJson.Default.MemberInput, RouteRule.SmallBody).ConfigureAwait(false);
        var member = RawKey.CheckText(input.Member, "member");
        return await ChangeAsync(context, request, member, new AddOperation(request.Key!, member)).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /kv/{key}/members/{member}</c>.</summary>
    public Task<IResult> RemoveAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        return ChangeAsync(context, request, request.Member!, new RemoveOperation(request.Key!, request.Member!));
    }

    /// <summary>Writes and tells the session; the result, or the problem that there is instead.</summary>
    public async Task<(Written? Written, Problem? Problem)> WriteAsync(
        HttpContext context, KvRequest request, ImmutableArray<KeyOperation> operations, ImmutableArray<WriteCondition> conditions)
    {
        var operationId = IdempotencyKey.Of(context.Request);
        await node.CoverAsync(context, request).ConfigureAwait(false);
        var result = await (operations is [var only]
            ? writer.WriteAsync(only, conditions, Traces.Current(), context.RequestAborted, operationId)
            : writer.WriteAsync(operations, conditions, Traces.Current(), context.RequestAborted, operationId)).ConfigureAwait(false);
        switch (result)
        {
            case Written written:
                request.Saw(written.Clock);
                context.Response.Headers.ETag = ETags.Of([written.Dot]);
                if (written.IsRepeated)
                {
                    context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
                }

                return (written, null);
            case ConditionFailed failed:
                request.Saw(node.State.Delivered);
                return (null, ToProblem(failed));
            case WrongType wrong:
                request.Saw(node.State.Delivered);
                return (null, Types.Problem(wrong.Key, wrong.Kind));
            case Overflow overflow:
                request.Saw(node.State.Delivered);
                return (null, new Problem(
                    ProblemKinds.Overflow, $"The counter '{overflow.Key}' would leave the range from {long.MinValue} to {long.MaxValue}; nothing was changed."));
            case Refused refused:
                return (null, refused.ToProblem());
            default:
                throw new InvalidOperationException($"A write was answered with {result}.");
        }
    }

    private async Task<IResult> WriteAsync(
        HttpContext context, KvRequest request, KeyOperation operation, ImmutableArray<WriteCondition> conditions)
    {
        var (written, problem) = await WriteAsync(context, request, [operation], conditions).ConfigureAwait(false);
        return problem ?? Views.Ok(new WriteView(request.Key!, written!.Dot.ToString(), written.Clock.ToView()), ApiJson.Relaxed.WriteView);
    }

    private async Task<IResult> ChangeAsync(HttpContext context, KvRequest request, string member, KeyOperation operation)
    {
        var conditions = ETags.Conditions(context.Request, request.Key!);
        var (written, problem) = await WriteAsync(context, request, [operation], conditions).ConfigureAwait(false);
        return problem ?? Views.Ok(
            new MemberWriteView(request.Key!, member, written!.Effects[0] == 1, written.Dot.ToString(), written.Clock.ToView()),
            ApiJson.Relaxed.MemberWriteView);
    }

    private static Problem ToProblem(ConditionFailed failed)
    {
        var etag = ETags.Of(failed.Current);
        return new Problem(
            ProblemKinds.ConditionFailed,
            failed.Current switch
            {
                [] => $"The key '{failed.Key}' has no value here.",
                [var only] => $"The value of the key '{failed.Key}' here is that of {only}.",
                _ => $"The key '{failed.Key}' has versions of {failed.Current.Length} updates here; a write without a condition resolves them.",
            })
        {
            Extensions = [("key", failed.Key), ("current", failed.Current.ToView())],
            Headers = failed.Current.IsEmpty ? [] : [("ETag", etag)],
        };
    }
}
