using Microsoft.OpenApi;

namespace ReplicatedDs.Replica.Http.Docs;

/// <summary>A header or query parameter of a call, for the OpenAPI document.</summary>
internal sealed record DocumentedInput(ParameterLocation In, string Name, string Description);
