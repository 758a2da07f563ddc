using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Lab;

/// <summary>Faults on the links from this replica to its peers. Every call answers with all links.</summary>
internal sealed class LinkFaults(IReplicaNode node, TimeProvider time)
{
    private const int DelayMsMax = 600_000;
    private const int ExpiresSecondsMax = 86_400;
    private const int ReleaseMax = 1_000_000;

    /// <summary><c>GET /admin/links</c>.</summary>
    public async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        node.RequireServing();
        var now = time.Instant();
        return Answer(await node.InspectAsync(core => core.Links(now), cancellationToken).ConfigureAwait(false));
    }

    /// <summary><c>PUT /admin/links/{peerId}</c>.</summary>
    public async Task<IResult> SetAsync(HttpContext context)
    {
        var peer = Peer(context.Request);
        var fault = Check(await RequestBody.ReadJsonAsync(context, ApiJson.Default.LinkRequest, 4096).ConfigureAwait(false));
        return await ChangeAsync(tag => new SetLinkRequest(tag, peer, fault), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary><c>POST /admin/links/{peerId}/release</c>.</summary>
    public Task<IResult> ReleaseAsync(HttpContext context)
    {
        var peer = Peer(context.Request);
        var text = context.Request.Query["count"].ToString();
        var count = 1;
        if (text.Length > 0
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > ReleaseMax))
        {
            throw new ProblemException(ProblemKinds.BadRequest, $"count is '{text}'; it has to be a number from 1 to {ReleaseMax}.");
        }

        return ChangeAsync(tag => new ReleaseLinkRequest(tag, peer, count), context.RequestAborted);
    }

    /// <summary><c>DELETE /admin/links</c>.</summary>
    public Task<IResult> HealAsync(HttpContext context) => ChangeAsync(tag => new HealLinksRequest(tag), context.RequestAborted);

    private static ReplicaId Peer(HttpRequest request)
    {
        var text = request.RouteValues["peerId"] as string ?? "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id >= 1
            ? new ReplicaId(id)
            : throw new ProblemException(ProblemKinds.BadRequest, $"'{text}' is not the id of a replica; ids are numbers from 1.");
    }

    private static LinkFault Check(LinkRequest request)
    {
        LinkMode? mode = request.Mode switch
        {
            "ok" => LinkMode.Ok,
            "hold" => LinkMode.Hold,
            "drop" => LinkMode.Drop,
            "delay" => LinkMode.Delay,
            _ => null,
        };
        return new LinkFault(
            mode ?? throw new ProblemException(ProblemKinds.BadRequest, $"mode is '{request.Mode}'; it has to be ok, hold, drop or delay."),
            InRange(request.DelayMs, 0, DelayMsMax, "delayMs"),
            InRange(request.JitterMs, 0, DelayMsMax, "jitterMs"),
            InRange(request.DropPercent, 0, 100, "dropPercent"),
            InRange(request.ExpiresSeconds, 1, ExpiresSecondsMax, "expiresSeconds") * 1000L);
    }

    private static int InRange(int value, int least, int most, string name) => value >= least && value <= most
        ? value
        : throw new ProblemException(ProblemKinds.BadRequest, $"{name} is {value}; it has to be from {least} to {most}.");

    private async Task<IResult> ChangeAsync(Func<object, Request> request, CancellationToken cancellationToken)
    {
        node.RequireServing();
        var result = await node.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        return result switch
        {
            LinksChanged changed => Answer(changed.Links),
            Refused refused => refused.ToProblem(),
            _ => throw new InvalidOperationException($"A change of links was answered with {result}."),
        };
    }

    private static IResult Answer(ImmutableArray<LinkStatus> links) =>
        Views.Ok<IReadOnlyList<LinkView>>([.. links.Select(ToView)], ApiJson.Relaxed.IReadOnlyListLinkView);

    private static LinkView ToView(LinkStatus link)
    {
        var fault = link.Fault;
        return new LinkView(
            link.Peer.Value,
            fault.Mode.ToKebab(),
            fault.Mode == LinkMode.Delay ? fault.DelayMs : 0,
            fault.Mode == LinkMode.Delay ? fault.JitterMs : 0,
            fault.Mode == LinkMode.Drop ? fault.DropPercent : 0,
            link.ExpiresAtUnixMs is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
            link.Queued,
            link.Unacknowledged);
    }
}
