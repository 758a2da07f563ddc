namespace ReplicatedDs.Replica.Http.Docs;

/// <summary>The body of a call, for the OpenAPI document.</summary>
/// <param name="Schema">The type whose schema describes it; <c>null</c> for bytes or text.</param>
internal sealed record DocumentedBody(string ContentType, string Description, Type? Schema);
