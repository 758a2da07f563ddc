namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>A run as every viewer sees it, immutable.</summary>
/// <param name="Owner">The viewer who started it and may release or stop it.</param>
/// <param name="Question">The dot of the question, once it is written.</param>
/// <param name="Answer">The dot of the answer, once it is written.</param>
/// <param name="Arrivals">What was recorded of the two at the reader's replica: both halves of the split screen are drawn from it.</param>
/// <param name="Ending">How it ended, in a sentence or two; <c>null</c> while it goes on.</param>
/// <param name="Waited">How long the answer waited, by the reader's replica's own clock.</param>
public sealed record ScenarioPicture(
    ScenarioPhase Phase,
    Guid Owner,
    ScenarioCast? Cast,
    IReadOnlyList<ScenarioClaim> Claims,
    string? Question,
    string? Answer,
    IReadOnlyList<ArrivalEntry> Arrivals,
    string? Ending,
    TimeSpan? Waited)
{
    public static readonly ScenarioPicture Idle = new(ScenarioPhase.Idle, Guid.Empty, null, [], null, null, [], null, null);

    /// <summary>It is under way: nobody else can start one.</summary>
    public bool IsActive => Phase is ScenarioPhase.Running or ScenarioPhase.Waiting or ScenarioPhase.Releasing;
}
