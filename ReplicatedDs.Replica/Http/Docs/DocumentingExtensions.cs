using Microsoft.OpenApi;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Docs;

/// <summary>Says what the OpenAPI document tells about a call.</summary>
internal static class DocumentingExtensions
{
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder builder, string tag, string summary, string description) =>
        builder.WithTags(tag).WithSummary(summary).WithDescription(description);

    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder builder, string name, string description) =>
        builder.WithMetadata(new DocumentedInput(ParameterLocation.Header, name, description));

    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, string name, string description) =>
        builder.WithMetadata(new DocumentedInput(ParameterLocation.Query, name, description));

    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder builder, string contentType, string description, Type? schema = null) =>
        builder.WithMetadata(new DocumentedBody(contentType, description, schema));

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder builder, params ProblemKind[] kinds) =>
        builder.WithMetadata(new DocumentedProblems(kinds));

    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder builder) => builder
        .TakesHeader(Kv.IdempotencyKey.Header, "A name for this write, such as a UUID: repeated under it, at whichever replica, the write happens once.")
        .Fails(ProblemKinds.IdempotencyKeyReused);

    /// <summary>The headers that every <c>/kv</c> call takes, and the problems that they lead to.</summary>
    public static RouteHandlerBuilder InSession(this RouteHandlerBuilder builder) => builder
        .TakesHeader("Causal-Token", "What the session has seen; the answer carries it merged with what was read or written.")
        .TakesHeader("Causal-Timeout", "How many milliseconds to wait until this replica covers the token: 0 to 600000, 5000 without the header.")
        .Fails(ProblemKinds.BadKey, ProblemKinds.BadToken, ProblemKinds.BadTimeout, ProblemKinds.CausalTimeout, ProblemKinds.NotReady);
}
