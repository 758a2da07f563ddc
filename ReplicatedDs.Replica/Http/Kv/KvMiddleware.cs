using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>
/// Reads key and causal token of requests for data before routing, and gives every answer to them, error or not, a token.
/// </summary>
internal sealed class KvMiddleware(RequestDelegate next, IReplicaNode node, ApiOptions options)
{
    public const string TokenHeader = "Causal-Token";

    // Stands for the key in the path that routing sees: routes then match whatever bytes the key has.
    private const string KeyPlace = "/kv/key";
    private const string Members = "/members/";
    private const string MemberPlace = "/members/member";

    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is null)
        {
            return next(context);
        }

        var namesKey = RawKey.TrySplit(target, out var segment, out var rest);
        if (!namesKey && RawKey.PathOf(target) is not ("/kv" or "/transactions" or "/snapshot" or "/watch"))
        {
            return next(context);
        }

        // Asked for once: a replica that is opening its data folder may have its identity a moment later, and a request whose tokens were not
        // read must not be served then, nor be given a token that has forgotten them.
        var identity = node.Identity;
        var request = new KvRequest();
        context.Features.Set(request);
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[TokenHeader] = identity is null
                ? context.Request.Headers[TokenHeader]
                : options.WriteToken(request.Session, identity.ClusterId);
            return Task.CompletedTask;
        });
        request.Presented = identity is null ? throw new ProblemException(node.NotReady()) : ReadTokens(context.Request.Headers[TokenHeader], identity.ClusterId);
        request.Saw(request.Presented);
        if (namesKey)
        {
            request.Key = RawKey.Decode(segment);
            if (rest.StartsWith(Members, StringComparison.Ordinal) && rest.IndexOf('/', Members.Length) < 0)
            {
                request.Member = RawKey.Decode(rest[Members.Length..], "member");
                rest = MemberPlace;
            }

            context.Request.Path = new PathString(KeyPlace + rest);
        }

        return next(context);
    }

    private VectorClock ReadTokens(IEnumerable<string?> headers, string clusterId)
    {
        var clock = VectorClock.Empty;
        foreach (var header in headers)
        {
            // A client that merges two sessions may present both tokens.
            foreach (var token in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (!options.TryReadToken(token, clusterId, out var one))
                {
                    throw new ProblemException(
                        ProblemKinds.BadToken, "The Causal-Token header is not a token of this cluster; leave it out to start a new session.");
                }

                clock = clock.Merge(one);
            }
        }

        return clock;
    }
}
