using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>Turns whatever ends a request without an answer of its own into a problem. Nobody outside ever sees a stack trace.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                // Nobody is there to read an answer.
                return;
            }

            await ToProblem(context, exception).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            await OfStatus(context).ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private Problem ToProblem(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case ProblemException known:
                return known.Problem;
            case TooManyWrongKeysException guesses:
                return new Problem(ProblemKinds.TooManyWrongKeys, guesses.Message) { Headers = [("Retry-After", guesses.Seconds)] };
            case NodeUnavailableException unavailable:
                return new Problem(ProblemKinds.NotReady, unavailable.Message);
            case ValuesUnavailableException values:
                return new Problem(ProblemKinds.ValuesUnavailable, values.Message);
            case StorageUnavailableException storage:
                return new Problem(storage.IsFull ? ProblemKinds.StorageFull : ProblemKinds.StorageUnavailable, storage.Message);
            case KeyBusyException busy:
                return new Problem(ProblemKinds.KeyBusy, busy.Message);
            case OverloadedException overloaded:
                return new Problem(ProblemKinds.Overloaded, overloaded.Message);
            case IdAllocatorException allocator:
                return new Problem(ProblemKinds.AllocatorUnavailable, allocator.Message);
            case BadHttpRequestException bad:
                return OfBadRequest(context, bad);
            default:
                ProblemLog.Unexpected(logger, exception, context.Request.Method, context.Request.Path);
                return new Problem(ProblemKinds.Internal, "The replica's log says more; look for this request there.")
                {
                    Extensions = [("request", context.TraceIdentifier)],
                };
        }
    }

    private static Problem OfBadRequest(HttpContext context, BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => RequestBody.TooLarge(
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0),
        StatusCodes.Status408RequestTimeout => new Problem(
            ProblemKinds.SlowRequest, "The body arrived too slowly; send it again."),
        _ => new Problem(ProblemKinds.BadRequest, exception.Message),
    };

    private static Problem OfStatus(HttpContext context)
    {
        // As it was sent: routing sees a placeholder for the key.
        var path = RawKey.PathOf(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").ToString();
        var method = context.Request.Method;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new Problem(
                ProblemKinds.NoSuchRoute, $"There is no {method} {path} here; /openapi/v1.json lists all calls. A slash in a key is written %2F."),
            StatusCodes.Status405MethodNotAllowed => new Problem(
                ProblemKinds.MethodNotAllowed, $"{path} does not take {method}; the Allow header lists what it takes."),
            StatusCodes.Status415UnsupportedMediaType => new Problem(
                ProblemKinds.UnsupportedContentType, $"{method} {path} does not take '{context.Request.ContentType}'."),
            StatusCodes.Status413PayloadTooLarge => new Problem(ProblemKinds.TooLarge, "The body is larger than this call takes."),
            < 500 => new Problem(ProblemKinds.BadRequest with { Status = context.Response.StatusCode }, "The request is not one that this server takes."),
            _ => new Problem(ProblemKinds.Internal with { Status = context.Response.StatusCode }, "The replica could not answer."),
        };
    }
}
