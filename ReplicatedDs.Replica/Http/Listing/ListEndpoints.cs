using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Listing;

/// <summary>Listings.</summary>
internal static class ListEndpoints
{
    public static void MapListing(this IEndpointRouteBuilder app) =>
        app.MapGet("/kv", (HttpContext context, ListCalls calls) => calls.GetAsync(context))
            .Describe("Keys", "List keys", "The keys that have values, ordered by UTF-16 code units. Each page is one causal cut; several together are none.")
            .TakesQuery("prefix", "Only keys that start with it.")
            .TakesQuery("after", "Only keys behind it: next of the page before.")
            .TakesQuery("limit", "Keys of a page: 1 to 1000, default 100.")
            .InSession()
            .Produces<ListView>()
            .Fails(ProblemKinds.BadRequest);
}
