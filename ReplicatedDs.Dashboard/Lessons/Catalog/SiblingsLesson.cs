using ReplicatedDs.Dashboard.Actions;

namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>Two writes that could not know of each other are both kept, until somebody who has seen both decides.</summary>
internal static class SiblingsLesson
{
    private const string Key = "demo:list";
    private const string Ann = "milk";
    private const string Ben = "eggs";
    private const string Both = "milk, eggs";

    public static Lesson Lesson { get; } = new()
    {
        Id = "siblings",
        Number = 2,
        Title = "Concurrent writes become siblings",
        Question = "Two people change one shopping list at the same moment, at two replicas that cannot hear each other. Whose change survives?",
        Length = "40 s",
        Keys = [Key],
        Steps =
        [
            new("Two replicas that are heard by nobody", "First the links that lead from {0} and {1} are held: what is written there stays there for a while.", async run =>
            {
                await run.HoldAsync(run[0], run[1]);
                await run.HoldAsync(run[1], run[0]);
                await run.HoldAsync(run[0], run[2]);
                await run.HoldAsync(run[1], run[2]);
            }),
            new("Two changes of one key", "Ann writes the list at {0}. Ben writes it at {1}. Neither can know of the other.", async run =>
            {
                await run.WriteAsync("ann", run[0], Key, Ann);
                await run.WriteAsync("ben", run[1], Key, Ben);
                run.ProveConcurrent("ann", "ben");
                await run.ReadsAsync(run[0], Key, Ann);
                await run.ReadsAsync(run[1], Key, Ben);
            }),
            new("A third replica hears of both", "The links to {2} are healed: both changes reach it.", async run =>
            {
                await run.HealOwnAsync(run[2]);
                await run.AppliesAsync(run[2], "ann");
                await run.AppliesAsync(run[2], "ben");
                await run.KeepsSiblingsAsync(run[2], Key);
                await run.ReadsAsync(run[2], Key, Ann, Ben);
                var read = await run.LookAtAsync(run[2], Key);
                run.Show(
                    new LessonCard("A store in which the last write wins", $"“{read.Siblings[0].Value}”", $"“{read.Siblings[^1].Value}” is lost, and nobody is told. Computed from the two versions' timestamps.", "error", true),
                    new LessonCard($"This store, {run[2].Label}", string.Join(" ⋔ ", read.Siblings.Select(sibling => $"“{sibling.Value}”")), "Both are kept, the winner first.", "ok", false));
            })
            {
                Predict = new("What does a reader at {2} see?", ["The later of the two", "Both of them", "The one that arrived first"], 1),
            },
            new("The replicas hear each other again", "The links between {0} and {1} are healed too. Now {0} and {1} get each other's change.", async run =>
            {
                await run.HealOwnAsync();
                await run.AppliesAsync(run[0], "ben");
                await run.AppliesAsync(run[1], "ann");
                foreach (var member in run.Cast)
                {
                    await run.ReadsAsync(member, Key, Ann, Ben);
                }
            }),
            new("Somebody decides", "Carol reads both at {2} and writes what she makes of them there: an ordinary write, that has seen both.", async run =>
            {
                var carol = new CausalSession();
                await run.ReadsAsync(run[2], Key, carol, Ann, Ben);
                await run.WriteAsync("carol", run[2], Key, Both, carol);
                run.ProveDependsOn("carol", "ann", "ben");
                await run.ResolvesSiblingsAsync(run[2], Key, "carol");
                await run.AppliesAsync(run[0], "carol");
                await run.AppliesAsync(run[1], "carol");
                foreach (var member in run.Cast)
                {
                    await run.ReadsAsync(member, Key, Both);
                }
            })
            {
                Predict = new("What becomes of the siblings?", ["Nothing: they need a special call", "There are three siblings now", "Her write replaces both, at every replica"], 2),
            },
        ],
    };
}
