using ReplicatedDs.Dashboard.Actions;

namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>A replica that joins late gets a number of its own and everything that was written, and never shows an effect without its cause.</summary>
internal static class LateJoinerLesson
{
    private const string Question = "demo:question";
    private const string Answer = "demo:answer";

    public static Lesson Lesson { get; } = new()
    {
        Id = "joiner",
        Number = 5,
        Title = "A late joiner",
        Question = "A replica joins a cluster that has a history. Which number does it get, and does it ever show an answer without its question?",
        Length = "60 s",
        Needs = 2,
        Joins = true,
        Keys = [Question, Answer],
        Steps =
        [
            new("There is a history", "Somebody asks at {0}. Somebody else reads it at {1} and answers there.", async run =>
            {
                var reader = new CausalSession();
                await run.WriteAsync("question", run[0], Question, "Is it safe?");
                await run.AppliesAsync(run[1], "question");
                await run.ReadsAsync(run[1], Question, reader, "Is it safe?");
                await run.WriteAsync("answer", run[1], Answer, "Yes", reader);
                run.ProveDependsOn("answer", "question");
                await run.AppliesAsync(run[0], "answer");
            }),
            new("A replica joins", "A spare is started. While it comes up it is asked, again and again: is the answer there, and then: is its question?", async run =>
            {
                await run.JoinAsync(await run.LargestNumberAsync(run[0]), Answer, Question);
            })
            {
                Predict = new("Which number does the newcomer get?", ["The smallest that is free", "One larger than any number ever used", "That of the last replica that left"], 1),
            },
            new("What the newcomer shows", "What has it answered while it came up, and what does it answer now?", async run =>
            {
                var newcomer = run.Cast[^1];
                await run.ReadsAsync(newcomer, Answer, "Yes");
                await run.ReadsAsync(newcomer, Question, "Is it safe?");
                var seen = run.Witness;
                run.Prove(
                    FormattableString.Invariant($"Asked {seen.Asked} times while it came up, it did not answer {seen.Silent} times, showed neither {seen.Neither} times, both {seen.Both} times, and the answer alone {seen.EffectAlone} times"),
                    "answers of the newcomer",
                    seen.EffectAlone == 0);
            })
            {
                Predict = new("What does a reader at the newcomer see?", ["Everything that was ever written", "Only what is written from now on", "The answer now, the question later"], 0),
            },
            new("It takes part", "Somebody writes at the newcomer.", async run =>
            {
                var newcomer = run.Cast[^1];
                await run.WriteAsync("thanks", newcomer, Answer, "Yes, thank you");
                run.Prove($"{run.Name("thanks")} is the newcomer's first write: it counts its own from 1", $"answer of {newcomer.Label}", run.Name("thanks") == newcomer.Label + "#1");
                run.ProveDependsOn("thanks", "answer");
                foreach (var member in run.Cast.Where(member => member != newcomer))
                {
                    await run.AppliesAsync(member, "thanks");
                    await run.ReadsAsync(member, Answer, "Yes, thank you");
                }
            }),
        ],
    };
}
