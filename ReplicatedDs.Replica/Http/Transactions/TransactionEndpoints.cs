using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Kv;

namespace ReplicatedDs.Replica.Http.Transactions;

/// <summary>Transactions.</summary>
internal static class TransactionEndpoints
{
    public static void MapTransactions(this IEndpointRouteBuilder app) =>
        app.MapPost("/transactions", (HttpContext context, TransactionCalls calls) => calls.PostAsync(context))
            .Describe(
                "Keys",
                "Write several keys",
                "All operations or none, in one update: every replica makes them visible together. Conditions are checked in the same step, against this replica's view.")
            .TakesBody("application/json", "Up to 1024 operations and as many conditions; values of 4 MiB together.", typeof(TransactionInput))
            .TakesIdempotencyKey()
            .InSession()
            .Produces<TransactionView>()
            .Fails([.. KvEndpoints.Refusable, .. KvEndpoints.RefusedTypes, .. KvEndpoints.BadBodies]);
}
