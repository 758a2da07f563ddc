using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Watch;

/// <summary>The change feed.</summary>
internal static class WatchEndpoints
{
    public static void MapWatch(this IEndpointRouteBuilder app) =>
        app.MapGet("/watch", (HttpContext context, WatchFeed feed) => feed.ReadAsync(context))
            .Describe(
                "Keys",
                "Watch keys",
                "Server-sent events, one JSON object per key that changed. What was told up to an id is one causal cut; the id is its token, and a watch that starts with it, at whichever replica, is told what comes afterwards: single changes, or an event named reset and then every key.")
            .TakesQuery("prefix", "Only keys that start with it.")
            .TakesQuery("after", "The id to go on from; without one the watch starts now.")
            .TakesHeader("Last-Event-ID", "The same; it wins over the query.")
            .InSession()
            .Produces<EntryView>(contentType: "text/event-stream")
            .Fails(ProblemKinds.Overloaded);
}
