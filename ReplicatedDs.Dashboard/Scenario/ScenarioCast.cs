namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>The three replicas of a run: where the question is written, where it is read and answered, and where a reader looks.</summary>
public sealed record ScenarioCast(CastMember Asker, CastMember Answerer, CastMember Reader)
{
    public IEnumerable<CastMember> All => [Asker, Answerer, Reader];
}

/// <summary>One replica in a run.</summary>
/// <param name="Name">Its slot, such as <c>replica-3</c>.</param>
public sealed record CastMember(int Id, string Name)
{
    /// <summary>Such as <c>r3</c>.</summary>
    public string Label => FormattableString.Invariant($"r{Id}");
}
