using ReplicatedDs.Dashboard.Actions;

namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>A session that moves to a replica which lags behind waits there for what it has written, instead of losing it.</summary>
internal static class SessionLesson
{
    private const string Key = "demo:cart";
    private const string Value = "a book";

    public static Lesson Lesson { get; } = new()
    {
        Id = "session",
        Number = 6,
        Title = "A session moves to a lagging replica",
        Question = "Somebody puts a book into the cart at one replica, and the next request goes to another, which has not heard of it. Is the cart empty?",
        Length = "40 s",
        Keys = [Key],
        Steps =
        [
            new("A replica lags", "The link {0}→{2} is held: {2} does not hear what is written at {0}.", run => run.HoldAsync(run[0], run[2])),
            new("Into the cart", "Dora puts a book into her cart at {0}. Her session gets a token of what she has written.", async run =>
            {
                run.Session = new CausalSession();
                await run.WriteAsync("book", run[0], Key, Value, run.Session);
                await run.AppliesAsync(run[1], "book");
                await run.ReadsAsync(run[0], Key, run.Session, Value);
            }),
            new("The next request goes elsewhere", "Dora looks at her cart again, and this time she is sent to {2}.", async run =>
            {
                await run.ReadsAsync(run[2], Key);
                await run.RefusesAsync(run[2], Key, run.Session, "book");
                run.Asked = run.BeginReadAsync(run[2], Key, run.Session);
                await run.ReadsAsync(run[2], Key);
                run.Prove($"Dora's own request at {run[2].Label} is still open: it waits for {run.Name("book")}", $"no answer of {run[2].Label} yet", !run.Asked.IsCompleted);
                run.Show(
                    new LessonCard("A store without session guarantees", "an empty cart", $"What {run[2].Label} answers to a request without Dora's token, asked just now.", "error", true),
                    new LessonCard($"This store, {run[2].Label}", $"waits for {run.Name("book")}", "Dora's request carries her token. Nothing stale is answered.", "waiting", false));
            })
            {
                Predict = new("What does Dora get from {2}?", ["An empty cart: the write has not arrived there", "Nothing yet: the request waits for her own write", "The book: {2} asks {0} for it"], 1),
            },
            new("The write arrives", "The link is healed.", async run =>
            {
                await run.HealOwnAsync();
                await run.ProveAnsweredAsync(run.Asked!, run[2], Key, Value, "book");
                await run.ReadsAsync(run[2], Key, Value);
                run.Show(
                    new LessonCard("A store without session guarantees", "had shown an empty cart", "It answered Dora before her own write had arrived.", "error", true),
                    new LessonCard($"This store, {run[2].Label}", $"“{Value}”", "Dora's request waited, and got what she had written.", "ok", false));
            }),
        ],
    };
}
