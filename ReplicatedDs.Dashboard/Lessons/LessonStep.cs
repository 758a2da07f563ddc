namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>One step of a lesson.</summary>
/// <param name="Say">What the narrator says before it. <c>{0}</c>, <c>{1}</c>, … are the replicas of the cast.</param>
/// <param name="Play">What is done and what has to be seen then.</param>
internal sealed record LessonStep(string Title, string Say, Func<LessonRun, Task> Play)
{
    /// <summary>What the viewer may predict before it is played.</summary>
    public LessonPrediction? Predict { get; init; }

    /// <summary>That somebody heals the lesson's links is not a mishap before this step, but begins it.</summary>
    public bool BeginsWhenHealed { get; init; }
}
