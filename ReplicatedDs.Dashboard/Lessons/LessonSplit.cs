namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>A lesson whose picture is one replica twice, side by side: as a store without causal delivery would show it, and as it ran.</summary>
/// <param name="Reader">The replica's place in the cast.</param>
/// <param name="Question">The key of the cause, and what is written to it.</param>
/// <param name="Answer">The key of the effect, and what is written to it.</param>
public sealed record LessonSplit(int Reader, string Question, string QuestionText, string Answer, string AnswerText);
