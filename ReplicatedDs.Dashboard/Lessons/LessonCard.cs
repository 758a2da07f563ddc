namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>One of the answers that stand side by side.</summary>
/// <param name="Tone"><c>ok</c>, <c>waiting</c> or <c>error</c>.</param>
/// <param name="IsCounterfactual">This store did not answer so: another kind of store would have.</param>
public sealed record LessonCard(string Title, string Text, string Note, string Tone, bool IsCounterfactual);
