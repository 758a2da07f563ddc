using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>The telemetry feed.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet("/events", (HttpContext context, EventFeed feed) => feed.ReadAsync(context))
            .Describe(
                "Events",
                "What happens here",
                "Server-sent events, one JSON object each; the id is n. A reader that is too slow gets {\"kind\":\"Gap\",\"lost\":12} in place of what it missed. Numbers start again at 1 when the replica does.")
            .TakesQuery("after", "Only events with a greater n.")
            .TakesQuery("except", "Kinds of events that are left out, with commas between them. n is counted on, so that a reader sees how many there were.")
            .TakesQuery("share", "Only one in so many updates, the same ones at every replica, whose events carry the share; and exceptions, as far as there are few of them (waits that are not over at once, conflicts, drops), and what is not about one update.")
            .TakesQuery("whole", "With share: updates of keys that begin so are told all the same.")
            .TakesHeader("Last-Event-ID", "The same; it wins over the query.")
            .Produces<EventView>(contentType: "text/event-stream")
            .Fails(ProblemKinds.BadRequest, ProblemKinds.Overloaded);
}
