namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>A question to the viewer before a step is played. The step itself proves the right answer.</summary>
internal sealed record LessonPrediction(string Question, IReadOnlyList<string> Options, int Right);
