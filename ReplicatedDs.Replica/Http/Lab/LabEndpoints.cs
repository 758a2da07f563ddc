using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Lab;

/// <summary>Faults and hand delivery, in lab mode only.</summary>
internal static class LabEndpoints
{
    private const string Tag = "Lab";

    public static void MapLab(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/links", (LinkFaults links, CancellationToken cancellationToken) => links.GetAsync(cancellationToken))
            .Describe(Tag, "The links", "Every link from this replica to a peer, with its fault and what waits on it.")
            .Produces<IReadOnlyList<LinkView>>()
            .Fails(ProblemKinds.NotReady);

        app.MapPut("/admin/links/{peerId}", (HttpContext context, LinkFaults links) => links.SetAsync(context))
            .Describe(
                Tag,
                "Set a link's fault",
                "For what this replica sends to the peer: hold (its own updates wait), delay, drop (a share of everything is lost), ok. Faults expire and are lost at a restart.")
            .TakesBody("application/json", "The fault; only mode is required.", typeof(LinkRequest))
            .Produces<IReadOnlyList<LinkView>>()
            .Fails(ProblemKinds.BadRequest, ProblemKinds.BadJson, ProblemKinds.UnknownPeer, ProblemKinds.UnsupportedContentType, ProblemKinds.NotReady);

        app.MapPost("/admin/links/{peerId}/release", (HttpContext context, LinkFaults links) => links.ReleaseAsync(context))
            .Describe(Tag, "Let held updates pass", "Frees the oldest held updates; the link stays held.")
            .TakesQuery("count", "How many; 1 without it.")
            .Produces<IReadOnlyList<LinkView>>()
            .Fails(ProblemKinds.BadRequest, ProblemKinds.UnknownPeer, ProblemKinds.NotReady);

        app.MapDelete("/admin/links", (HttpContext context, LinkFaults links) => links.HealAsync(context))
            .Describe(Tag, "Heal all links", "Takes every fault off the links from this replica.")
            .Produces<IReadOnlyList<LinkView>>()
            .Fails(ProblemKinds.NotReady);

        app.MapPost("/admin/guests", (HttpContext context, HandDeliveries hand) => hand.AdmitGuestAsync(context))
            .Describe(Tag, "Admit a guest", "Gives an id under which updates can be delivered by hand. A guest has no process and holds back nothing.")
            .Produces<GuestView>()
            .Fails(ProblemKinds.AllocatorUnavailable, ProblemKinds.IdTaken, ProblemKinds.NotActive, ProblemKinds.NotReady);

        app.MapPost("/replication/updates", (HttpContext context, HandDeliveries hand) => hand.DeliverAsync(context))
            .Describe(
                Tag,
                "Deliver an update by hand",
                "In the original system's notation, such as SU9:1:4:9:1|x:3. From a guest, or exactly as a member wrote it. The answer says whether it was applied or waits, and for which dots.")
            .TakesBody("text/plain", "One update.")
            .Produces<HandDeliveryView>()
            .Fails(ProblemKinds.BadUpdate, ProblemKinds.BadKey, ProblemKinds.Conflict, ProblemKinds.TooLarge, ProblemKinds.UnsupportedContentType, ProblemKinds.NotReady);
    }
}
