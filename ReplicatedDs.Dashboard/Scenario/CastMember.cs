namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>One replica in a run.</summary>
/// <param name="Name">Its slot, such as <c>replica-3</c>.</param>
public sealed record CastMember(int Id, string Name)
{
    /// <summary>Such as <c>r3</c>.</summary>
    public string Label => FormattableString.Invariant($"r{Id}");
}
