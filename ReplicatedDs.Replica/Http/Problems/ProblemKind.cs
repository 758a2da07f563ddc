namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>One kind of error answer. Its <see cref="Type"/> is stable: clients may switch on it.</summary>
/// <param name="Name">The last part of the type, such as <c>causal-timeout</c>.</param>
/// <param name="Status">The HTTP status that it comes with.</param>
/// <param name="Title">The same short sentence for every occurrence.</param>
internal sealed record ProblemKind(string Name, int Status, string Title)
{
    public string Type => "urn:replicated-ds:" + Name;
}
