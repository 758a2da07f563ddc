using ReplicatedDs.Dashboard.Actions;

namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>Both sides of a partition go on, and are one again when it heals: nothing is lost, and nothing shows before its cause.</summary>
internal static class PartitionLesson
{
    private const string Left = "demo:left";
    private const string Right = "demo:right";
    private const string Reply = "demo:reply";

    public static Lesson Lesson { get; } = new()
    {
        Id = "partition",
        Number = 3,
        Title = "Partition and heal",
        Question = "The network falls in two. Which side may still write, and what is left of it when the network is whole again?",
        Length = "40 s",
        Keys = [Left, Right, Reply],
        Steps =
        [
            new("The network falls in two", "{0} is cut from all others, both ways.", run => run.CutAsync(run[0])),
            new("Both sides write", "Somebody writes at {0}, alone on its side. Somebody else writes at {1}, on the other.", async run =>
            {
                await run.WriteAsync("left", run[0], Left, "from the small side");
                await run.WriteAsync("right", run[1], Right, "from the large side");
                await run.AppliesAsync(run[2], "right");
                run.ProveConcurrent("left", "right");
            })
            {
                Predict = new("Which writes succeed?", ["Only those on the larger side", "Those on both sides", "None, until the network heals"], 1),
            },
            new("Each side sees its own", "On the large side somebody at {2} reads what came from {1} and replies. What does each side show now?", async run =>
            {
                var reader = new CausalSession();
                await run.ReadsAsync(run[2], Right, reader, "from the large side");
                await run.WriteAsync("reply", run[2], Reply, "seen", reader);
                run.ProveDependsOn("reply", "right");
                await run.AppliesAsync(run[1], "reply");
                await run.ReadsAsync(run[0], Left, "from the small side");
                await run.ReadsAsync(run[0], Right);
                await run.ReadsAsync(run[1], Left);
                await run.ReadsAsync(run[1], Reply, "seen");
            }),
            new("The network heals", "Every link that the lesson held is healed.", async run =>
            {
                await run.HealOwnAsync();
                await run.AppliesInOrderAsync(run[0], "right", "reply");
                await run.AppliesAsync(run[1], "left");
                await run.AppliesAsync(run[2], "left");
                foreach (var member in run.Cast)
                {
                    await run.ReadsAsync(member, Left, "from the small side");
                    await run.ReadsAsync(member, Right, "from the large side");
                    await run.ReadsAsync(member, Reply, "seen");
                }
            })
            {
                Predict = new("What is left?", ["What the large side wrote", "What was written last", "Everything that both sides wrote, everywhere"], 2),
            },
        ],
    };
}
