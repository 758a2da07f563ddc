using ReplicatedDs.Dashboard.Actions;

namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>An answer that reaches a replica before its question is not shown there before it.</summary>
internal static class ViolationLesson
{
    private const string Question = "demo:x";
    private const string Answer = "demo:y";
    private const string QuestionText = "Is it safe?";
    private const string AnswerText = "Yes";

    public static Lesson Lesson { get; } = new()
    {
        Id = "violation",
        Address = "scenario",
        Number = 1,
        Title = "An answer is not shown before its question",
        Question = $"Somebody asks “{QuestionText}” at replica 1. Somebody else reads it at replica 2 and answers “{AnswerText}” there. The answer may reach replica 3 first. What does a reader at replica 3 see?",
        Length = "20 s",
        Invitation = "See the anomaly your database allows",
        Keys = [Question, Answer],
        Split = new(2, Question, QuestionText, Answer, AnswerText),
        Steps =
        [
            new("The answer comes first", "The link {0}→{2} is held. Somebody asks at {0}; somebody else reads it at {1} and answers there. So the answer reaches {2} alone.", async run =>
            {
                await run.ReadsAsync(run[2], Question);
                await run.ReadsAsync(run[2], Answer);
                await run.HoldAsync(run[0], run[2]);
                var reader = new CausalSession();
                await run.WriteAsync("question", run[0], Question, QuestionText);
                await run.AppliesAsync(run[1], "question");
                await run.ReadsAsync(run[1], Question, reader, QuestionText);
                await run.WriteAsync("answer", run[1], Answer, AnswerText, reader);
                run.ProveDependsOn("answer", "question");
                await run.WaitsAsync(run[2], "answer", "question");
                await run.ReadsAsync(run[2], Answer);
            })
            {
                Predict = new("What does a reader at replica 3 see?", ["The answer without its question", "Neither, until the question has come", "The question, and nothing else"], 1),
            },
            new("The question is released", "The link is healed, and the question goes through.", async run =>
            {
                await run.HealOwnAsync();
                await run.AppliesInOrderAsync(run[2], "question", "answer");
                await run.ReadsAsync(run[2], Question, QuestionText);
                await run.ReadsAsync(run[2], Answer, AnswerText);
            })
            {
                BeginsWhenHealed = true,
            },
        ],
    };
}
