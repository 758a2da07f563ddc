using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>A run as every viewer sees it, immutable.</summary>
/// <param name="Lesson">Which lesson.</param>
/// <param name="Owner">The viewer who started it, and alone may go on or stop it.</param>
/// <param name="Cast">The replicas that take part.</param>
/// <param name="Frames">What each step saw, the last one possibly still growing. Going back shows an earlier one; the cluster is not touched.</param>
/// <param name="Held">The links that it holds now.</param>
/// <param name="Ending">How it ended, in a sentence or two; <c>null</c> while it goes on.</param>
public sealed record LessonPicture(
    string? Lesson,
    LessonPhase Phase,
    Guid Owner,
    IReadOnlyList<CastMember> Cast,
    IReadOnlyList<LessonFrame> Frames,
    IReadOnlyList<(int From, int To)> Held,
    string? Ending)
{
    public static readonly LessonPicture Idle = new(null, LessonPhase.Idle, Guid.Empty, [], [], [], null);

    /// <summary>It is under way: nobody else can start one.</summary>
    public bool IsActive => Phase is LessonPhase.Playing or LessonPhase.Ready;
}
