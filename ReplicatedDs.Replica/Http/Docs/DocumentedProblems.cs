using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Docs;

/// <summary>The error answers of a call, for the OpenAPI document.</summary>
internal sealed record DocumentedProblems(IReadOnlyList<ProblemKind> Kinds);
