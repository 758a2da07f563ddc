namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>Ends a request with a problem as its answer.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public ProblemException(ProblemKind kind, string detail)
        : this(new Problem(kind, detail))
    {
    }

    public Problem Problem { get; } = problem;
}
